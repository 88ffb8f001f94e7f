package org.sparkdl4j.loss;

import java.io.Serializable;

/** What the forward pass of one trained minibatch showed. */
public final class MinibatchResult implements Serializable {
  private static final long serialVersionUID = 1;

  private final double lossSum;
  private final int hits;
  private final int examples;

  /**
   * A result.
   *
   * @param examples pictures in the minibatch
   */
  public MinibatchResult(double lossSum, int hits, int examples) {
    this.lossSum = lossSum;
    this.hits = hits;
    this.examples = examples;
  }

  /**
   * The sum of the pictures' losses, each times its sample weight, without regularisation terms.
   */
  public double lossSum() {
    return lossSum;
  }

  /**
   * The number of pictures whose most probable class is their own; of two classes that were mixed,
   * the one of the larger share.
   */
  public int hits() {
    return hits;
  }

  /** The number of pictures. */
  public int examples() {
    return examples;
  }
}
