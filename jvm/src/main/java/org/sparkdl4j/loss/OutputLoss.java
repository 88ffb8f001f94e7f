package org.sparkdl4j.loss;

import org.bytedeco.javacpp.FloatPointer;
import org.sparkdl4j.minibatch.Targets;
import org.sparkdl4j.network.LossSpec;
import org.sparkdl4j.onednn.FloatMemory;

/**
 * What follows the last layer's logits: probabilities, loss and gradient. A few values per picture,
 * in Java: oneDNN's softmax takes NaN for a large number, and a network that diverged must show it.
 */
public final class OutputLoss {
  /**
   * Gradients of pictures that are classified beyond doubt count as zero: no updater can tell the
   * difference (Adam's epsilon is 1e-8), but on their way down they would become subnormal numbers,
   * with which processors compute many times slower.
   */
  private static final double NEGLIGIBLE = 1e-20;

  private final RowLoss loss;
  private final int classes;
  private final FloatPointer logits;
  private final FloatPointer gradient;
  private final float[] rows;

  private OutputLoss(RowLoss loss, int count, int classes, long logits, long gradient) {
    this.loss = loss;
    this.classes = classes;
    rows = new float[Math.multiplyExact(count, classes)];
    this.logits = FloatMemory.at(logits, rows.length);
    this.gradient = gradient == 0 ? null : FloatMemory.at(gradient, rows.length);
  }

  /**
   * The output of a compiled network.
   *
   * @param count pictures in a minibatch
   * @param logits address of {@code [count, classes]} values
   * @param gradient address of their gradients; 0 in inference
   */
  public static OutputLoss of(LossSpec loss, int count, int classes, long logits, long gradient) {
    return new OutputLoss(RowLoss.of(loss, classes), count, classes, logits, gradient);
  }

  /**
   * Probabilities row by row, valid until the next call; NaN for a picture with a logit that is not
   * finite.
   */
  public float[] probabilities() {
    logits.get(rows);
    for (int from = 0; from < rows.length; from += classes) activate(from);
    return rows;
  }

  /**
   * Loss and hits, and the gradient for backward: the sum over the minibatch, as DL4J has it. A
   * weight is what a picture's loss counts, as in DL4J's label mask.
   */
  public MinibatchResult loss(Targets targets) {
    logits.get(rows);
    double lossSum = 0;
    int hits = 0;
    for (int i = 0; i < targets.size(); i++) {
      int from = i * classes;
      double weight = targets.weights() == null ? 1 : targets.weights()[i];
      activate(from);
      loss.target(targets.labels()[i], targets.others()[i], targets.share(i));
      lossSum += weight * loss.loss();
      if (CrossEntropy.argMax(rows, from, classes) == targets.largest(i)) hits++;
      loss.differentiate();
      for (int k = 0; k < classes; k++) rows[from + k] = unlessNegligible(weight * loss.row[k]);
    }
    gradient.put(rows);
    return new MinibatchResult(lossSum, hits, targets.size());
  }

  private static float unlessNegligible(double value) {
    return Math.abs(value) < NEGLIGIBLE ? 0 : (float) value;
  }

  private void activate(int from) {
    loss.activate(rows, from);
    for (int k = 0; k < classes; k++) rows[from + k] = (float) loss.row[k];
  }
}
