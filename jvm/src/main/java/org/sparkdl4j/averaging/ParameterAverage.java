package org.sparkdl4j.averaging;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.sparkdl4j.dl4j.NetworkState;

/**
 * The weighted average of networks' parameters and updater states.
 *
 * <p>Sums are taken in double precision in the order of the states, so that the same states in the
 * same order give the same bits on every machine. States that agree on a value keep it exactly as
 * long as the weights' sum is below 2^29.
 */
public final class ParameterAverage {
  /** Sums that stay in the processor's cache. */
  private static final int CHUNK = 4096;

  /** Less is done before another thread has begun. */
  private static final int PARALLEL_FROM = 1 << 17;

  private ParameterAverage() {}

  /**
   * Averages.
   *
   * @param states states of one and the same network
   * @param weights the weight of each state, such as the pictures it was trained on; a state of
   *     weight 0 is not looked at
   * @param iteration minibatches trained so far, for the result
   * @return the average, with the epoch of the first state
   * @throws IllegalArgumentException when lengths differ, a weight is negative or all are 0
   */
  public static NetworkState of(List<NetworkState> states, long[] weights, int iteration) {
    if (states.isEmpty()
        || states.size() != weights.length
        || Arrays.stream(weights).anyMatch(weight -> weight < 0)
        || Arrays.stream(weights).sum() == 0) {
      throw new IllegalArgumentException(
          states.size() + " states cannot be averaged by " + Arrays.toString(weights));
    }
    NetworkState first = states.get(0);
    float[][] parameters = new float[weights.length][];
    float[][] updaters = new float[weights.length][];
    for (int i = 0; i < weights.length; i++) {
      parameters[i] = states.get(i).parameters();
      updaters[i] = states.get(i).updater();
      if (parameters[i].length != parameters[0].length
          || updaters[i].length != updaters[0].length) {
        throw new IllegalArgumentException("the states are those of different networks");
      }
    }
    return new NetworkState(
        average(parameters, weights), average(updaters, weights), iteration, first.epoch());
  }

  private static float[] average(float[][] values, long[] weights) {
    float[] average = new float[values[0].length];
    double total = Arrays.stream(weights).sum();
    IntStream chunks = IntStream.range(0, (average.length + CHUNK - 1) / CHUNK);
    // Every value is summed by one thread, in the same order.
    (average.length < PARALLEL_FROM ? chunks : chunks.parallel())
        .forEach(chunk -> average(values, weights, total, chunk * CHUNK, average));
    return average;
  }

  private static void average(
      float[][] values, long[] weights, double total, int from, float[] average) {
    int length = Math.min(CHUNK, average.length - from);
    double[] sums = new double[length];
    for (int i = 0; i < weights.length; i++) {
      // Not even NaN times 0 may get in.
      if (weights[i] > 0) add(values[i], weights[i], from, length, sums);
    }
    for (int k = 0; k < length; k++) average[from + k] = (float) (sums[k] / total);
  }

  private static void add(float[] values, double weight, int from, int length, double[] sums) {
    for (int k = 0; k < length; k++) sums[k] += weight * values[from + k];
  }
}
