package org.sparkdl4j.bridge;

import java.nio.file.Path;
import org.nd4j.shade.jackson.databind.node.ArrayNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.dataset.LabeledImages;
import org.sparkdl4j.model.Dl4jFile;
import org.sparkdl4j.model.ImageClassifier;
import org.sparkdl4j.model.PictureFeatures;
import org.sparkdl4j.model.Saliency;
import org.sparkdl4j.network.Dl4jDescription;
import org.sparkdl4j.plan.LayerExecution;
import org.sparkdl4j.spec.Json;

/** Trained classifiers. */
public final class Models {
  private Models() {}

  /** Loads a model file. */
  public static ImageClassifier load(String path) {
    return ImageClassifier.load(Path.of(path));
  }

  /**
   * Reads a file that plain DL4J has written.
   *
   * @param labels JSON: the classes in the order of the outputs; null for numbers
   * @param size height and width of the pictures; null where the file knows them
   */
  public static ImageClassifier loadDl4j(String path, String labels, int[] size) {
    ArrayNode names = null;
    if (labels != null) names = Json.readObject(labels, "the labels").withArray("labels");
    return Dl4jFile.read(Path.of(path), names, size);
  }

  /**
   * What DL4J's configuration says.
   *
   * @param configuration DL4J's JSON
   * @param size height and width of the pictures; null where it may know them
   * @return JSON: {@code configuration}, as it is read here, and {@code input_shape}, which may be
   *     null
   */
  public static String dl4jConfiguration(String configuration, int[] size) {
    Dl4jDescription description =
        new Dl4jDescription(Json.readObject(configuration, "the configuration"));
    ObjectNode found = Json.object();
    found.set("configuration", description.toJson());
    found.set("input_shape", Json.of(description.inputShape(size)));
    return Json.write(found);
  }

  /** Saves a model file. */
  public static void save(ImageClassifier classifier, String path) {
    classifier.save(Path.of(path));
  }

  /** JSON: version, network, labels, image, scaler, training. */
  public static String metadata(ImageClassifier classifier) {
    return Json.write(classifier.toJson());
  }

  /**
   * Who computes what of a training.
   *
   * @return JSON: a list of step, core, implementation
   */
  public static String executions(ImageClassifier classifier, int batchSize) {
    ArrayNode executions = Json.object().putArray("executions");
    for (LayerExecution execution : classifier.core().executions(batchSize)) {
      executions
          .addObject()
          .put("step", execution.step())
          .put("core", execution.core())
          .put("implementation", execution.implementation());
    }
    return Json.write(executions);
  }

  /**
   * Predicts pictures.
   *
   * @param target address of a float32 array (images, classes)
   */
  public static void predict(
      ImageClassifier classifier, LabeledImages images, int batchSize, long target) {
    classifier.predict(images, batchSize, target);
  }

  /**
   * What a layer makes of pictures.
   *
   * @param layer null for what the output layer reads
   * @param pooling none, average or max
   */
  public static PictureFeatures features(ImageClassifier classifier, String layer, String pooling) {
    return new PictureFeatures(classifier, layer, pooling);
  }

  /** The names of the layers: JSON. */
  public static String layers(ImageClassifier classifier) {
    return Json.write(Json.of(PictureFeatures.layers(classifier)));
  }

  /**
   * Where in pictures classes are seen.
   *
   * @param classes one index for each picture
   * @param layer null for the last maps
   * @param target address of a float32 array (images, height, width)
   */
  public static void saliency(
      ImageClassifier classifier, LabeledImages images, int[] classes, String layer, long target) {
    Saliency.of(classifier, images, classes, layer, target);
  }
}
