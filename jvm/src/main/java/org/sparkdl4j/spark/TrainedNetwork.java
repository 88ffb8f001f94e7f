package org.sparkdl4j.spark;

import org.deeplearning4j.nn.api.Model;
import org.sparkdl4j.training.TrainingResult;

/**
 * A network of DL4J's after training, and how it went.
 *
 * @param <N> {@link org.deeplearning4j.nn.multilayer.MultiLayerNetwork} or {@link
 *     org.deeplearning4j.nn.graph.ComputationGraph}
 */
public final class TrainedNetwork<N extends Model> {
  private final N network;
  private final TrainingResult result;

  TrainedNetwork(N network, TrainingResult result) {
    this.network = network;
    this.result = result;
  }

  /**
   * The network on the driver, with parameters, updater state, and counts of iterations and epochs.
   * It is the caller's own.
   */
  public N network() {
    return network;
  }

  /** Why training ended, which epoch's parameters the network has, and what each epoch brought. */
  public TrainingResult result() {
    return result;
  }
}
