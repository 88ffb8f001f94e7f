package org.sparkdl4j.bridge;

import java.nio.file.Path;
import org.nd4j.shade.jackson.databind.node.ArrayNode;
import org.sparkdl4j.dataset.LabeledImages;
import org.sparkdl4j.model.ImageClassifier;
import org.sparkdl4j.model.PictureFeatures;
import org.sparkdl4j.model.Saliency;
import org.sparkdl4j.plan.LayerExecution;
import org.sparkdl4j.spec.Json;

/** Trained classifiers. */
public final class Models {
  private Models() {}

  /** Loads a model file. */
  public static ImageClassifier load(String path) {
    return ImageClassifier.load(Path.of(path));
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
