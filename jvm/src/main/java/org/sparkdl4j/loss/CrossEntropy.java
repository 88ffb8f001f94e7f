package org.sparkdl4j.loss;

/** Cross-entropy of probabilities, limited as DL4J's LossMCXENT limits it. */
public final class CrossEntropy {
  private static final double SMALLEST = 1e-10;

  private CrossEntropy() {}

  /** The loss in nats of a picture whose own class has the probability; NaN for NaN. */
  public static double of(double probability) {
    return -Math.log(Math.max(probability, SMALLEST));
  }

  /**
   * The index, counted from {@code from}, of the largest of the probabilities; ties: the lowest.
   */
  public static int argMax(float[] probabilities, int from, int classes) {
    int best = 0;
    for (int k = 1; k < classes; k++) {
      if (probabilities[from + k] > probabilities[from + best]) best = k;
    }
    return best;
  }
}
