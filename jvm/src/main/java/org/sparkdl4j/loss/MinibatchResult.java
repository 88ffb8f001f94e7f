package org.sparkdl4j.loss;

/** What the forward pass of one trained minibatch showed. */
public final class MinibatchResult {
  private final double lossSum;
  private final int hits;

  public MinibatchResult(double lossSum, int hits) {
    this.lossSum = lossSum;
    this.hits = hits;
  }

  /**
   * The sum of the pictures' losses, each times its sample weight, without regularisation terms.
   */
  public double lossSum() {
    return lossSum;
  }

  /** The number of pictures whose most probable class is their own. */
  public int hits() {
    return hits;
  }
}
