package org.sparkdl4j.loss;

import java.util.Arrays;
import org.sparkdl4j.network.LossSpec;

/**
 * One kind of loss, for one picture at a time: from logits to probabilities, to the loss and to its
 * gradient, all in double precision. An object is for one thread.
 */
public abstract class RowLoss {
  /** The picture's values, one per class: each method says which it takes and leaves. */
  final double[] row;

  /** What {@link #target} has last given. */
  final double[] target;

  private final double smoothing;
  private final double others;

  /**
   * A loss against smoothed targets.
   *
   * @param smoothing share of the label's probability that is spread over the outcomes
   * @param outcomes how many outcomes share it
   */
  RowLoss(int classes, double smoothing, int outcomes) {
    row = new double[classes];
    target = new double[classes];
    this.smoothing = smoothing;
    others = smoothing / outcomes;
  }

  /** The loss that a network is trained with. */
  public static RowLoss of(LossSpec loss, int classes) {
    double smoothing = loss.labelSmoothing();
    switch (loss.kind()) {
      case CROSS_ENTROPY:
        return new CrossEntropyLoss(classes, smoothing);
      case FOCAL:
        return new FocalLoss(classes, smoothing, loss.focalGamma());
      case MSE:
        return new SquaredErrorLoss(classes, smoothing);
      case BINARY_CROSS_ENTROPY:
        return new BinaryCrossEntropyLoss(classes, smoothing);
      default:
        throw new IllegalArgumentException("no such loss: " + loss.kind());
    }
  }

  /**
   * The loss of a picture from its probabilities.
   *
   * @param probabilities rows of probabilities
   * @param from where the picture's row begins
   * @param label the picture's class
   * @return the loss, NaN when a probability is NaN
   */
  public final double loss(float[] probabilities, int from, int label) {
    for (int k = 0; k < row.length; k++) row[k] = probabilities[from + k];
    target(label, label, 1);
    return loss();
  }

  /**
   * What the probability of each class should be; valid until the next call.
   *
   * @param label its class
   * @param other a second one that was mixed into it
   * @param share that of the first, 0 to 1
   */
  public final double[] target(int label, int other, double share) {
    Arrays.fill(target, others);
    target[label] += (1 - smoothing) * share;
    target[other] += (1 - smoothing) * (1 - share);
    return target;
  }

  /**
   * Takes a picture's logits and leaves its probabilities in {@link #row}; all are NaN when any
   * logit is infinite or NaN.
   */
  final void activate(float[] logits, int from) {
    double spoiled = 0;
    for (int k = 0; k < row.length; k++) {
      row[k] = logits[from + k];
      spoiled += row[k] * 0;
    }
    activate();
    // An infinite logit can make a plain 0 or 1, and a network that diverged must show it.
    for (int k = 0; k < row.length; k++) row[k] += spoiled;
  }

  /** Turns logits into probabilities. */
  abstract void activate();

  /** The loss of probabilities, which stay as they are, against the target. */
  abstract double loss();

  /** Turns probabilities into the derivatives of the loss by the logits. */
  abstract void differentiate();
}
