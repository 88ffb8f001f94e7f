package org.sparkdl4j.training;

import java.io.Serializable;
import org.sparkdl4j.dataset.LabeledImages;
import org.sparkdl4j.loss.CrossEntropy;
import org.sparkdl4j.loss.RowLoss;
import org.sparkdl4j.network.LossSpec;

/** How pictures that are not trained on are predicted. */
public final class ValidationResult implements Serializable {
  private static final long serialVersionUID = 1;

  private final double lossSum;
  private final long hits;
  private final long examples;
  private final long[][] confusion;

  private ValidationResult(double lossSum, long hits, long examples, long[][] confusion) {
    this.lossSum = lossSum;
    this.hits = hits;
    this.examples = examples;
    this.confusion = confusion;
  }

  /**
   * Of labelled pictures with probabilities of {@code [pictures.size(), classes]}.
   *
   * @param withConfusion whether to count which classes are predicted as which
   */
  public static ValidationResult of(
      LabeledImages pictures, float[] probabilities, LossSpec loss, boolean withConfusion) {
    int classes = probabilities.length / pictures.size();
    long[][] confusion = withConfusion ? new long[classes][classes] : null;
    RowLoss rowLoss = RowLoss.of(loss, classes);
    double lossSum = 0;
    long hits = 0;
    for (int i = 0; i < pictures.size(); i++) {
      lossSum += rowLoss.loss(probabilities, i * classes, pictures.label(i));
      int predicted = CrossEntropy.argMax(probabilities, i * classes, classes);
      if (predicted == pictures.label(i)) hits++;
      if (withConfusion) confusion[pictures.label(i)][predicted]++;
    }
    return new ValidationResult(lossSum, hits, pictures.size(), confusion);
  }

  /** This and another result of the same network, with confusions where both have them. */
  public ValidationResult plus(ValidationResult other) {
    long[][] sum = null;
    if (confusion != null && other.confusion != null) {
      sum = new long[confusion.length][confusion.length];
      for (int actual = 0; actual < sum.length; actual++) {
        for (int k = 0; k < sum.length; k++) {
          sum[actual][k] = confusion[actual][k] + other.confusion[actual][k];
        }
      }
    }
    return new ValidationResult(
        lossSum + other.lossSum, hits + other.hits, examples + other.examples, sum);
  }

  /**
   * How many pictures of each class are predicted as each: rows actual, columns predicted; null
   * where nobody has asked for it.
   */
  public long[][] confusion() {
    return confusion;
  }

  /** The mean loss. */
  public double loss() {
    return lossSum / examples;
  }

  /** The share that is predicted right. */
  public double accuracy() {
    return (double) hits / examples;
  }
}
