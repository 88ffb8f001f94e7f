package org.sparkdl4j.bridge;

import java.nio.file.Path;
import org.nd4j.shade.jackson.databind.node.ArrayNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.dataset.LabeledImages;
import org.sparkdl4j.model.ImageClassifier;
import org.sparkdl4j.model.ModelMetadata;
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
    ModelMetadata metadata = classifier.metadata();
    ObjectNode json = Json.object().put("version", metadata.version());
    json.set("network", metadata.network());
    json.set("labels", metadata.labels());
    json.set("image", classifier.image().toJson());
    json.set("scaler", classifier.scaler().toJson());
    json.set("training", metadata.training());
    return Json.write(json);
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
