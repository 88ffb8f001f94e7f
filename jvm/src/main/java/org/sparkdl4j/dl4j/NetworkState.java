package org.sparkdl4j.dl4j;

import java.io.Serializable;

/**
 * Everything that training changes in a network: parameters, updater state and counters, in DL4J's
 * own flattened order. The arrays are not copied: only {@link Dl4jNetwork#snapshot} may change
 * them.
 */
public final class NetworkState implements Serializable {
  private static final long serialVersionUID = 1;

  private final float[] parameters;
  private final float[] updater;
  private final int iteration;
  private final int epoch;

  /**
   * A state.
   *
   * @param parameters the parameters
   * @param updater the updater's state; empty for updaters without any (SGD)
   * @param iteration minibatches trained so far
   * @param epoch epochs finished so far
   */
  public NetworkState(float[] parameters, float[] updater, int iteration, int epoch) {
    this.parameters = parameters;
    this.updater = updater;
    this.iteration = iteration;
    this.epoch = epoch;
  }

  public float[] parameters() {
    return parameters;
  }

  public float[] updater() {
    return updater;
  }

  public int iteration() {
    return iteration;
  }

  public int epoch() {
    return epoch;
  }

  private Object writeReplace() {
    return new PackedState(this);
  }
}
