package org.sparkdl4j.spark;

import java.io.Serializable;
import java.util.Arrays;
import org.sparkdl4j.dl4j.NetworkState;
import org.sparkdl4j.loss.MinibatchResult;
import org.sparkdl4j.training.PartitionWorker;

/** What one worker made of a round. */
final class WorkerRound implements Serializable {
  private static final long serialVersionUID = 1;

  private final int worker;
  private final MinibatchResult[] minibatches;
  private final NetworkState state;

  private WorkerRound(int worker, MinibatchResult[] minibatches, NetworkState state) {
    this.worker = worker;
    this.minibatches = minibatches;
    this.state = state;
  }

  static WorkerRound of(int worker, PartitionWorker.Result result) {
    boolean hasTrained = result.minibatches().length > 0;
    return new WorkerRound(worker, result.minibatches(), hasTrained ? result.state() : null);
  }

  /** The worker's partition. */
  int worker() {
    return worker;
  }

  MinibatchResult[] minibatches() {
    return minibatches;
  }

  /** The network afterwards, or a slice of it; null where there was nothing to train. */
  NetworkState state() {
    return state;
  }

  /** The same without the network. */
  WorkerRound withoutState() {
    return new WorkerRound(worker, minibatches, null);
  }

  /** The same with one of so many slices of the network. */
  WorkerRound slice(int slice, int slices) {
    if (state == null) return this;
    NetworkState part =
        new NetworkState(
            slice(state.parameters(), slice, slices),
            slice(state.updater(), slice, slices),
            state.iteration(),
            state.epoch());
    return new WorkerRound(worker, minibatches, part);
  }

  /** Pictures that were trained: the weight in the average. */
  long examples() {
    long sum = 0;
    for (MinibatchResult minibatch : minibatches) sum += minibatch.examples();
    return sum;
  }

  private static float[] slice(float[] values, int slice, int slices) {
    int from = (int) ((long) values.length * slice / slices);
    int to = (int) ((long) values.length * (slice + 1) / slices);
    return Arrays.copyOfRange(values, from, to);
  }
}
