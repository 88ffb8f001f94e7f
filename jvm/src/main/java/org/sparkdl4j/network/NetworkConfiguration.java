package org.sparkdl4j.network;

import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;

/** DL4J's configuration of a network: layers one after the other, or a graph of them. */
public final class NetworkConfiguration {
  private final MultiLayerConfiguration layers;
  private final ComputationGraphConfiguration graph;
  private final LossSpec loss;

  private NetworkConfiguration(
      MultiLayerConfiguration layers, ComputationGraphConfiguration graph, LossSpec loss) {
    this.layers = layers;
    this.graph = graph;
    this.loss = loss;
  }

  /**
   * Layers one after the other.
   *
   * @param loss the loss, of which the configuration's own is the nearest that DL4J has
   */
  public static NetworkConfiguration of(MultiLayerConfiguration layers, LossSpec loss) {
    return new NetworkConfiguration(layers, null, loss);
  }

  /**
   * A graph with one input and one output.
   *
   * @param loss the loss, of which the configuration's own is the nearest that DL4J has
   */
  public static NetworkConfiguration of(ComputationGraphConfiguration graph, LossSpec loss) {
    return new NetworkConfiguration(null, graph, loss);
  }

  public boolean isGraph() {
    return graph != null;
  }

  /** The layers, or null of a graph. */
  public MultiLayerConfiguration layers() {
    return layers;
  }

  /** The graph, or null of layers one after the other. */
  public ComputationGraphConfiguration graph() {
    return graph;
  }

  public LossSpec loss() {
    return loss;
  }

  /** Minibatches that a network with this configuration has trained. */
  public int iteration() {
    return isGraph() ? graph.getIterationCount() : layers.getIterationCount();
  }

  /** Epochs that a network with this configuration has finished. */
  public int epoch() {
    return isGraph() ? graph.getEpochCount() : layers.getEpochCount();
  }

  /** DL4J's JSON. */
  public String toJson() {
    return isGraph() ? graph.toJson() : layers.toJson();
  }
}
