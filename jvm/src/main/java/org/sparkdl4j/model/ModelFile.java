package org.sparkdl4j.model;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.deeplearning4j.nn.api.NeuralNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.dataset.StandardScaler;
import org.sparkdl4j.dl4j.NetworkState;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.file.AtomicFile;
import org.sparkdl4j.file.Sha256;
import org.sparkdl4j.image.DecodeOptions;
import org.sparkdl4j.network.LossSpec;
import org.sparkdl4j.network.NetworkConfiguration;
import org.sparkdl4j.network.SafeConfiguration;
import org.sparkdl4j.plan.NetworkCore;
import org.sparkdl4j.plan.NetworkCores;
import org.sparkdl4j.spec.Json;

/**
 * The model file: a zip that DL4J's own ModelSerializer reads too, with two entries of ours.
 *
 * <p>Reading it never deserialises a Java object nor instantiates a class that a file names, save
 * those of an allow-list; sizes are limited before anything is allocated, and every entry is held
 * against its SHA-256 in {@code model.json}.
 */
final class ModelFile {
  private static final int FORMAT = 1;

  private static final String CONFIGURATION = "configuration.json";
  private static final String PARAMETERS = "coefficients.bin";
  private static final String UPDATER = "updaterState.bin";
  private static final String MODEL = "sparkdl4j/model.json";
  private static final String SCALER = "sparkdl4j/scaler.json";
  private static final Set<String> ENTRIES =
      Set.of(CONFIGURATION, PARAMETERS, UPDATER, MODEL, SCALER);

  private static final long MAX_CONFIGURATION = 16L << 20;
  private static final long MAX_MODEL = 64L << 20;

  /** Digits, sign, exponent and comma of a double, twice (mean and scale), generously. */
  private static final long MAX_SCALER_FEATURE = 64;

  private static final LocalDateTime EPOCH = LocalDateTime.of(1980, 1, 1, 0, 0);

  private ModelFile() {}

  /**
   * Writes a classifier. What stood at the path before is replaced in one step or left untouched.
   *
   * @throws SparkDl4jException FILE_UNWRITABLE
   */
  static void write(Path path, ImageClassifier classifier) {
    AtomicFile.write(path, out -> write(out, classifier, Map.of()));
  }

  /** Writes a classifier, and further entries by name. */
  static void write(
      OutputStream out, ImageClassifier classifier, Map<String, AtomicFile.Content> further)
      throws IOException {
    ObjectNode model = classifier.metadata().toJson();
    model.set("image", classifier.image().toJson());
    model.put("scaler_kind", classifier.scaler().kind().label());
    model.set("loss", LossEntry.toJson(classifier.core().configuration().loss()));
    Map<String, AtomicFile.Content> all = new LinkedHashMap<>();
    all.put(SCALER, entry -> writeText(classifier.scaler().toJson().toString(), entry));
    all.putAll(further);
    write(out, classifier.core(), model, all);
  }

  /** Writes a network, entries by name, and what {@code model.json} is to say of them. */
  static void write(
      OutputStream out,
      NetworkCore core,
      ObjectNode description,
      Map<String, AtomicFile.Content> further)
      throws IOException {
    INDArray parameters = core.network().params();
    INDArray updater = updaterState(core);
    ObjectNode model = Json.object().put("format", FORMAT);
    model.setAll(description);
    ObjectNode sums = model.putObject("sha256");
    ZipOutputStream zip = new ZipOutputStream(out);
    String configuration = core.configuration().toJson();
    sums.put(CONFIGURATION, add(zip, CONFIGURATION, entry -> writeText(configuration, entry)));
    // Weights are hardly compressible: a higher level would only take time.
    zip.setLevel(Deflater.BEST_SPEED);
    sums.put(PARAMETERS, add(zip, PARAMETERS, entry -> ArrayFormat.write(parameters, entry)));
    if (updater != null) {
      sums.put(UPDATER, add(zip, UPDATER, entry -> ArrayFormat.write(updater, entry)));
    }
    for (Map.Entry<String, AtomicFile.Content> each : further.entrySet()) {
      sums.put(each.getKey(), add(zip, each.getKey(), each.getValue()));
    }
    zip.setLevel(Deflater.DEFAULT_COMPRESSION);
    add(zip, MODEL, entry -> writeText(model.toPrettyString(), entry));
    zip.finish();
  }

  /** Adds an entry and returns its SHA-256. */
  private static String add(ZipOutputStream zip, String name, AtomicFile.Content content)
      throws IOException {
    ZipEntry entry = new ZipEntry(name);
    // A fixed time: equal models become equal files.
    entry.setTimeLocal(EPOCH);
    zip.putNextEntry(entry);
    DigestOutputStream digest = new DigestOutputStream(zip, Sha256.digest());
    content.writeTo(digest);
    zip.closeEntry();
    return Sha256.hex(digest.getMessageDigest());
  }

  private static void writeText(String text, OutputStream out) throws IOException {
    out.write(text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Reads a classifier.
   *
   * @throws SparkDl4jException FILE_NOT_FOUND, FILE_UNREADABLE, MODEL_FILE_DAMAGED,
   *     MODEL_FILE_UNSAFE, MODEL_FILE_NEWER, OUT_OF_MEMORY
   */
  static ImageClassifier read(Path path) {
    return read(path, ModelFile::readClassifier);
  }

  /** Reads what a file holds, given its {@code model.json}. */
  interface Reader<T> {
    T read(SafeZip zip, ObjectNode model) throws IOException;
  }

  /** Reads something of a model file, with the errors of {@link #read(Path)}. */
  static <T> T read(Path path, Reader<T> reader) {
    try (SafeZip zip = new SafeZip(path)) {
      try {
        ObjectNode model = readModel(zip);
        requireKnownEntries(zip);
        requireSums(zip, model);
        return reader.read(zip, model);
      } catch (SparkDl4jException e) {
        boolean isOfFile = e.code().name().startsWith("MODEL_FILE_");
        if (isOfFile || e.code() == ErrorCode.CHECKPOINT_MISMATCH) throw e;
        throw zip.damaged(e.getMessage(), e);
      } catch (IOException | RuntimeException e) {
        throw zip.damaged(String.valueOf(e.getMessage()), e);
      } catch (OutOfMemoryError e) {
        throw zip.failure(
            ErrorCode.OUT_OF_MEMORY, "needs more memory than there is: give Java a larger heap", e);
      }
    }
  }

  /**
   * Reads the parameters and the updater's state of a network that the caller has.
   *
   * @param like a state of that network
   */
  static NetworkState readState(
      SafeZip zip, ObjectNode model, NetworkState like, int iteration, int epoch)
      throws IOException {
    int updater = like.updater().length;
    return new NetworkState(
        readArray(zip, model, PARAMETERS, like.parameters().length),
        updater == 0 ? new float[0] : readArray(zip, model, UPDATER, updater),
        iteration,
        epoch);
  }

  static ImageClassifier readClassifier(SafeZip zip, ObjectNode model) throws IOException {
    ModelMetadata metadata = ModelMetadata.fromJson(model);
    DecodeOptions image = DecodeOptions.fromJson(model.with("image"));
    int[] shape = {image.height(), image.width(), image.channels()};
    StandardScaler scaler = readScaler(zip, model, shape);
    NetworkConfiguration configuration =
        readConfiguration(zip, model, shape, metadata.labels().size());
    int count = SafeConfiguration.parameterCount(configuration);
    float[] parameters = readArray(zip, model, PARAMETERS, count);
    NetworkCore core = NetworkCores.of(configuration, shape, metadata.coreOptions());
    try {
      INDArray updater = updaterState(core);
      if ((updater != null) != zip.names().contains(UPDATER)) {
        throw zip.damaged(
            updater == null ? "its updater has no state to read" : "it lacks the entry " + UPDATER);
      }
      float[] state =
          updater == null
              ? new float[0]
              : readArray(zip, model, UPDATER, Math.toIntExact(updater.length()));
      core.restore(
          new NetworkState(parameters, state, configuration.iteration(), configuration.epoch()));
      return new ImageClassifier(core, scaler, image, metadata);
    } catch (IOException | RuntimeException | Error e) {
      core.close();
      throw e;
    }
  }

  private static ObjectNode readModel(SafeZip zip) throws IOException {
    CheckedEntry entry = zip.entry(MODEL, MAX_MODEL);
    ObjectNode model = Json.readObject(text(entry), MODEL);
    entry.finish();
    JsonNode format = model.path("format");
    if (!format.isIntegralNumber() || format.asLong() < 1)
      throw zip.damaged("it has no format number");
    if (format.asLong() > FORMAT) {
      throw zip.failure(
          ErrorCode.MODEL_FILE_NEWER,
          "was written by sparkdl4j "
              + model.path("version").asText()
              + " in a newer format ("
              + format
              + ", this version reads "
              + FORMAT
              + "): upgrade sparkdl4j",
          null);
    }
    return model;
  }

  private static void requireKnownEntries(SafeZip zip) {
    for (String name : zip.names()) {
      if (!ENTRIES.contains(name) && !CheckpointFile.ENTRIES.contains(name)) {
        throw zip.unsafe("the entry " + name + " does not belong into a model file");
      }
    }
  }

  private static void requireSums(SafeZip zip, ObjectNode model) {
    Set<String> summed = new TreeSet<>();
    model.path("sha256").fieldNames().forEachRemaining(summed::add);
    Set<String> present = new TreeSet<>(zip.names());
    present.remove(MODEL);
    for (String name : summed) {
      if (!present.contains(name)) throw zip.damaged("it lacks the entry " + name);
    }
    for (String name : present) {
      if (!summed.contains(name)) throw zip.damaged("there is no checksum of the entry " + name);
    }
  }

  private static StandardScaler readScaler(SafeZip zip, ObjectNode model, int[] shape)
      throws IOException {
    long limit = 4096 + MAX_SCALER_FEATURE * shape[0] * shape[1] * shape[2];
    ObjectNode json = readJson(zip, model, SCALER, limit);
    StandardScaler scaler = StandardScaler.fromJson(json);
    if (!Arrays.equals(scaler.shape(), shape)
        || !scaler.kind().label().equals(model.path("scaler_kind").asText())) {
      throw zip.damaged(SCALER + " contradicts " + MODEL);
    }
    return scaler;
  }

  private static NetworkConfiguration readConfiguration(
      SafeZip zip, ObjectNode model, int[] shape, int classes) throws IOException {
    ObjectNode json = readJson(zip, model, CONFIGURATION, MAX_CONFIGURATION);
    String forbidden = SafeConfiguration.forbiddenClass(json);
    if (forbidden != null) {
      throw zip.unsafe(CONFIGURATION + " names the class " + forbidden + ", which is not allowed");
    }
    try {
      LossSpec loss = model.has("loss") ? LossEntry.fromJson(model.with("loss")) : null;
      return SafeConfiguration.parse(json, shape, classes, loss);
    } catch (RuntimeException e) {
      throw zip.damaged(CONFIGURATION + ": " + e.getMessage(), e);
    }
  }

  /** The updater's state, which both of DL4J's kinds of network have; null where there is none. */
  private static INDArray updaterState(NetworkCore core) {
    return ((NeuralNetwork) core.network()).updaterState();
  }

  /** Reads an entry of at most so many bytes, and holds it against its checksum. */
  static ObjectNode readJson(SafeZip zip, ObjectNode model, String name, long limit)
      throws IOException {
    CheckedEntry entry = zip.entry(name, limit);
    ObjectNode json = Json.readObject(text(entry), name);
    requireSum(zip, model, name, entry);
    return json;
  }

  /** Reads an array of a known length, and holds it against its checksum. */
  static float[] readArray(SafeZip zip, ObjectNode model, String name, int length)
      throws IOException {
    CheckedEntry entry = zip.entry(name, (long) length * Float.BYTES + ArrayFormat.MAX_HEADER);
    float[] values;
    try {
      values = ArrayFormat.read(entry, length);
    } catch (IOException e) {
      throw zip.damaged(name + ": " + e.getMessage(), e);
    }
    requireSum(zip, model, name, entry);
    return values;
  }

  private static void requireSum(SafeZip zip, ObjectNode model, String name, CheckedEntry entry)
      throws IOException {
    if (!entry.finish().equals(model.path("sha256").path(name).asText())) {
      throw zip.damaged("the checksum of " + name + " is wrong");
    }
  }

  private static String text(CheckedEntry entry) throws IOException {
    return new String(entry.readAllBytes(), StandardCharsets.UTF_8);
  }
}
