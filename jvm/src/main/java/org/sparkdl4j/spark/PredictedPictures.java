package org.sparkdl4j.spark;

import java.util.List;
import org.sparkdl4j.loss.CrossEntropy;
import org.sparkdl4j.model.ImageClassifier;

/** What a model makes of some pictures of a DataFrame, in an executor. */
final class PredictedPictures {
  private final List<String> labels;
  private final String[] damage;
  private final float[] probabilities;

  private PredictedPictures(List<String> labels, String[] damage, float[] probabilities) {
    this.labels = labels;
    this.damage = damage;
    this.probabilities = probabilities;
  }

  /**
   * Decodes and predicts.
   *
   * @param model a name of the model, which no other has
   * @param file the model's file
   * @param cells the pictures, as {@link PictureCell} reads them
   */
  static PredictedPictures of(String model, byte[] file, List<Object> cells) {
    // Used for these pictures only: a consumer of rows that stops in between keeps none.
    return ExecutorMemory.with(
        () -> ExecutorClassifiers.with(model, file, classifier -> predict(classifier, cells)));
  }

  /** The names of the classes. */
  List<String> labels() {
    return labels;
  }

  /** What is wrong with a picture; null when nothing is. */
  String damage(int picture) {
    return damage[picture];
  }

  /** The index of a picture's most probable class. */
  int best(int picture) {
    return CrossEntropy.argMax(probabilities, picture * labels.size(), labels.size());
  }

  /** The probability of a class. */
  double probability(int picture, int label) {
    return probabilities[picture * labels.size() + label];
  }

  private static PredictedPictures predict(ImageClassifier classifier, List<Object> cells) {
    try (DecodedCells decoded = new DecodedCells(cells, classifier.image())) {
      float[] probabilities = classifier.predict(decoded.pictures(), cells.size());
      return new PredictedPictures(classifier.labels(), decoded.damage(), probabilities);
    }
  }
}
