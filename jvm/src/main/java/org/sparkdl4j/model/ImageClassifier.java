package org.sparkdl4j.model;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.dataset.LabeledImages;
import org.sparkdl4j.dataset.PixelBlock;
import org.sparkdl4j.dataset.StandardScaler;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.file.FileStore;
import org.sparkdl4j.image.DamagedImageException;
import org.sparkdl4j.image.DecodeOptions;
import org.sparkdl4j.image.ImageDecoder;
import org.sparkdl4j.loss.CrossEntropy;
import org.sparkdl4j.plan.ForwardPass;
import org.sparkdl4j.plan.NetworkCore;
import org.sparkdl4j.spec.Json;

/** Network, scaler, labels and decoding options: all that turns a picture into a label. */
public final class ImageClassifier implements AutoCloseable {
  private final NetworkCore core;
  private final StandardScaler scaler;
  private final DecodeOptions image;
  private final ModelMetadata metadata;
  private final List<String> labels;

  /**
   * A classifier.
   *
   * @param core the network, which {@link #close} closes
   * @param scaler fitted on the training data
   * @param image how pictures are decoded; of the network's input shape
   * @param metadata labels in the order of the network's outputs, and more
   * @throws SparkDl4jException DATA_SHAPE, DATA_LABELS when these do not fit each other
   */
  public ImageClassifier(
      NetworkCore core, StandardScaler scaler, DecodeOptions image, ModelMetadata metadata) {
    int[] shape = {image.height(), image.width(), image.channels()};
    if (!Arrays.equals(shape, core.inputShape()) || !Arrays.equals(shape, scaler.shape())) {
      throw new SparkDl4jException(
          ErrorCode.DATA_SHAPE,
          "pictures, scaler and network differ in shape: "
              + Arrays.toString(shape)
              + ", "
              + Arrays.toString(scaler.shape())
              + ", "
              + Arrays.toString(core.inputShape()));
    }
    if (metadata.labels().size() != core.classes()) {
      throw new SparkDl4jException(
          ErrorCode.DATA_LABELS,
          metadata.labels().size() + " labels for a network with " + core.classes() + " outputs");
    }
    this.core = core;
    this.scaler = scaler;
    this.image = image;
    this.metadata = metadata;
    List<String> texts = new ArrayList<>();
    for (JsonNode label : metadata.labels()) texts.add(label.asText());
    labels = List.copyOf(texts);
  }

  /**
   * Loads a model file. Nothing in it is trusted: see {@link ModelFile}.
   *
   * @throws SparkDl4jException FILE_NOT_FOUND, FILE_UNREADABLE, MODEL_FILE_DAMAGED,
   *     MODEL_FILE_UNSAFE, MODEL_FILE_NEWER, OUT_OF_MEMORY
   */
  public static ImageClassifier load(Path path) {
    return ModelFile.read(path);
  }

  /**
   * Saves a model file, which DL4J's ModelSerializer reads too. A file that is there already is
   * replaced in one step, or left untouched when saving fails.
   *
   * @throws SparkDl4jException FILE_UNWRITABLE
   */
  public void save(Path path) {
    ModelFile.write(path, this);
  }

  /**
   * Saves a model file likewise, wherever files are.
   *
   * @throws SparkDl4jException FILE_UNWRITABLE
   */
  public void save(FileStore files, String path) {
    files.write(path, out -> ModelFile.write(out, this, Map.of()));
  }

  /**
   * Predicts pictures into memory of the caller.
   *
   * @param images pictures of the network's input shape; their labels are not used
   * @param batchSize the most pictures to compute at once, at least 1; it does not change the
   *     result
   * @param target address of {@code images.size() * labels} floats, which receive the probabilities
   *     row by row
   * @throws SparkDl4jException DATA_SHAPE; NOT_FITTED for a network without top
   */
  public void predict(LabeledImages images, int batchSize, long target) {
    requireTop();
    ForwardPass.run(core, scaler, images, batchSize, target);
  }

  /** Predicts pictures into a new array, {@code [images.size(), labels]}, row by row. */
  public float[] predict(LabeledImages images, int batchSize) {
    requireTop();
    return ForwardPass.run(core, scaler, images, batchSize);
  }

  /**
   * Predicts one picture file.
   *
   * @throws SparkDl4jException FILE_NOT_FOUND, FILE_UNREADABLE, DATA_DAMAGED
   */
  public Prediction predict(Path picture) {
    try {
      return predict(Files.readAllBytes(picture), picture.toString());
    } catch (NoSuchFileException e) {
      throw new SparkDl4jException(ErrorCode.FILE_NOT_FOUND, "there is no picture " + picture, e)
          .with("path", picture.toString());
    } catch (IOException e) {
      throw new SparkDl4jException(
              ErrorCode.FILE_UNREADABLE,
              "cannot read the picture " + picture + ": " + e.getMessage(),
              e)
          .with("path", picture.toString());
    }
  }

  /**
   * Predicts one encoded picture.
   *
   * @param encoded the content of a JPEG, PNG, BMP, GIF, TIFF or WebP file
   * @throws SparkDl4jException DATA_DAMAGED
   */
  public Prediction predict(byte[] encoded) {
    return predict(encoded, "given");
  }

  /** The network. */
  public NetworkCore core() {
    return core;
  }

  public StandardScaler scaler() {
    return scaler;
  }

  public DecodeOptions image() {
    return image;
  }

  /** The labels as text, in the order of the network's outputs. */
  public List<String> labels() {
    return labels;
  }

  /**
   * What probabilities say that this classifier's network has computed for one picture.
   *
   * @param probabilities one for each label; not copied
   */
  public Prediction prediction(float[] probabilities) {
    int best = CrossEntropy.argMax(probabilities, 0, probabilities.length);
    return new Prediction(metadata.labels().get(best), best, probabilities, labels);
  }

  /** Labels with their types, network, training summary, version. */
  public ModelMetadata metadata() {
    return metadata;
  }

  /** All but the parameters: version, network, labels, image, scaler, training. */
  public ObjectNode toJson() {
    ObjectNode json = Json.object().put("version", metadata.version());
    json.set("network", metadata.network());
    json.set("labels", metadata.labels());
    json.set("image", image.toJson());
    json.set("scaler", scaler.toJson());
    json.set("training", metadata.training());
    return json;
  }

  /** Closes network and scaler. Idempotent. */
  @Override
  public void close() {
    core.close();
    scaler.close();
  }

  private void requireTop() {
    if (metadata.hasTop()) return;
    throw new SparkDl4jException(
        ErrorCode.NOT_FITTED,
        "the network was imported without its top, so it predicts no classes: train it on pictures"
            + " of them first");
  }

  private Prediction predict(byte[] encoded, String name) {
    try (PixelBlock block = PixelBlock.allocate(image, 1)) {
      ByteBuffer row = block.row(0);
      new ImageDecoder(image).decode(encoded, row);
      float[] probabilities = predict(new LabeledImages(block, null, null, List.of()), 1);
      return prediction(probabilities);
    } catch (DamagedImageException e) {
      throw new SparkDl4jException(
              ErrorCode.DATA_DAMAGED, "the picture " + name + " cannot be used: " + e.detail(), e)
          .with("path", name)
          .with("reason", e.reason().label());
    }
  }
}
