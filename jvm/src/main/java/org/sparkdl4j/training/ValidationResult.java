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

  /**
   * A result.
   *
   * @param lossSum the sum of the pictures' losses
   * @param hits pictures whose most probable class is their own
   * @param examples pictures
   */
  public ValidationResult(double lossSum, long hits, long examples) {
    this.lossSum = lossSum;
    this.hits = hits;
    this.examples = examples;
  }

  /** Of labelled pictures with probabilities of {@code [pictures.size(), classes]}. */
  public static ValidationResult of(LabeledImages pictures, float[] probabilities, LossSpec loss) {
    int classes = probabilities.length / pictures.size();
    RowLoss rowLoss = RowLoss.of(loss, classes);
    double lossSum = 0;
    long hits = 0;
    for (int i = 0; i < pictures.size(); i++) {
      lossSum += rowLoss.loss(probabilities, i * classes, pictures.label(i));
      if (CrossEntropy.argMax(probabilities, i * classes, classes) == pictures.label(i)) hits++;
    }
    return new ValidationResult(lossSum, hits, pictures.size());
  }

  /** The sum of the pictures' losses. */
  public double lossSum() {
    return lossSum;
  }

  /** Pictures whose most probable class is their own. */
  public long hits() {
    return hits;
  }

  /** Pictures. */
  public long examples() {
    return examples;
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
