package org.sparkdl4j.model;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Set;
import org.nd4j.shade.jackson.databind.node.ArrayNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.dataset.ScalerKind;
import org.sparkdl4j.dataset.StandardScaler;
import org.sparkdl4j.dl4j.NetworkState;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.image.DecodeOptions;
import org.sparkdl4j.network.Dl4jDescription;
import org.sparkdl4j.network.NetworkConfiguration;
import org.sparkdl4j.network.SafeConfiguration;
import org.sparkdl4j.plan.CoreOptions;
import org.sparkdl4j.plan.NetworkCore;
import org.sparkdl4j.plan.NetworkCores;
import org.sparkdl4j.spec.Json;

/**
 * A file that plain DL4J's ModelSerializer has written, read with the care of {@link ModelFile}: no
 * Java object, no class that is not allowed. The serialised pre-processor of data, {@code
 * preprocessor.bin}, is refused; a normalizer in {@code normalizer.bin} becomes the scaler.
 */
public final class Dl4jFile {
  private static final String CONFIGURATION = "configuration.json";
  private static final String PARAMETERS = "coefficients.bin";
  private static final String UPDATER = "updaterState.bin";
  private static final String NORMALIZER = "normalizer.bin";
  private static final Set<String> ENTRIES =
      Set.of(CONFIGURATION, PARAMETERS, UPDATER, NORMALIZER, "noParams.marker");
  private static final long MAX_CONFIGURATION = 16L << 20;

  private Dl4jFile() {}

  /**
   * Reads a classifier.
   *
   * @param labels the names of the classes in the order of the outputs; null for 0, 1 and so on
   * @param size height and width of the pictures; null where the configuration knows them
   * @throws SparkDl4jException FILE_NOT_FOUND, FILE_UNREADABLE, MODEL_FILE_DAMAGED,
   *     MODEL_FILE_UNSAFE, NETWORK_UNSUPPORTED, NETWORK_INVALID, NETWORK_DOES_NOT_FIT,
   *     PARAMETER_CONFLICT, DATA_LABELS
   */
  public static ImageClassifier read(Path path, ArrayNode labels, int[] size) {
    try (SafeZip zip = new SafeZip(path)) {
      for (String name : zip.names()) {
        if (!ENTRIES.contains(name)) {
          throw zip.unsafe("the entry " + name + " does not belong into a file of DL4J");
        }
      }
      try {
        return read(zip, labels, size);
      } catch (SparkDl4jException e) {
        throw e;
      } catch (IOException | RuntimeException e) {
        throw zip.damaged(String.valueOf(e.getMessage()), e);
      }
    }
  }

  private static ImageClassifier read(SafeZip zip, ArrayNode labels, int[] size)
      throws IOException {
    CheckedEntry entry = zip.entry(CONFIGURATION, MAX_CONFIGURATION);
    String text = new String(entry.readAllBytes(), StandardCharsets.UTF_8);
    entry.finish();
    Dl4jDescription description = new Dl4jDescription(Json.readObject(text, CONFIGURATION));
    int[] shape = description.inputShape(size);
    if (shape == null) {
      throw new SparkDl4jException(
              ErrorCode.PARAMETER_CONFLICT,
              "the file does not say how large its pictures are: give size, such as size=(75, 75)")
          .with("parameter", "size");
    }
    ArrayNode names = labels == null ? numbers(description.classes()) : labels;
    if (names.size() != description.classes()) {
      throw new SparkDl4jException(
          ErrorCode.DATA_LABELS,
          names.size() + " labels for a network with " + description.classes() + " outputs");
    }
    NetworkConfiguration configuration = description.configuration(shape, names.size());
    StandardScaler scaler = scaler(zip, shape);
    float[] parameters = array(zip, PARAMETERS, SafeConfiguration.parameterCount(configuration));
    NetworkCore core = NetworkCores.of(configuration, shape, CoreOptions.DEFAULT);
    try {
      float[] updater = new float[core.snapshot().updater().length];
      if (updater.length > 0 && zip.names().contains(UPDATER)) {
        updater = array(zip, UPDATER, updater.length);
      }
      core.restore(
          new NetworkState(parameters, updater, configuration.iteration(), configuration.epoch()));
      DecodeOptions image = new DecodeOptions(shape[0], shape[1], shape[2]);
      ModelMetadata metadata =
          new ModelMetadata(network(description, shape), names, training(scaler), null);
      return new ImageClassifier(core, scaler, image, metadata);
    } catch (IOException | RuntimeException | Error e) {
      core.close();
      throw e;
    }
  }

  private static StandardScaler scaler(SafeZip zip, int[] shape) throws IOException {
    if (!zip.names().contains(NORMALIZER)) {
      return StandardScaler.of(ScalerKind.NONE, shape, new double[0], new double[0]);
    }
    CheckedEntry entry = zip.entry(NORMALIZER, Dl4jNormalizer.largest(shape));
    try {
      StandardScaler scaler = Dl4jNormalizer.read(entry, shape);
      entry.readAllBytes();
      entry.finish();
      return scaler;
    } catch (IOException e) {
      throw zip.damaged(NORMALIZER + ": " + e.getMessage(), e);
    }
  }

  private static float[] array(SafeZip zip, String name, int length) throws IOException {
    CheckedEntry entry = zip.entry(name, (long) length * Float.BYTES + ArrayFormat.MAX_HEADER);
    try {
      float[] values = ArrayFormat.read(entry, length);
      entry.finish();
      return values;
    } catch (IOException e) {
      throw zip.damaged(name + ": " + e.getMessage(), e);
    }
  }

  private static ObjectNode network(Dl4jDescription description, int[] shape) {
    ObjectNode network = Json.object();
    network.set("default_input_shape", Json.of(shape));
    network.set("dl4j", description.toJson());
    return network;
  }

  private static ObjectNode training(StandardScaler scaler) {
    ObjectNode training = Json.object().put("reason", "imported").put("kept_epoch", 0);
    training.putArray("history");
    training.putObject("options").put("standardize", scaler.kind().label());
    training.putObject("imported").put("has_top", true).put("from", "dl4j");
    return training;
  }

  private static ArrayNode numbers(int count) {
    ArrayNode numbers = Json.object().putArray("labels");
    for (int i = 0; i < count; i++) numbers.add(i);
    return numbers;
  }
}
