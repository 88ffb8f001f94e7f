package org.sparkdl4j.spark;

import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.sparkdl4j.dl4j.Dl4jNetwork;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.network.Dl4jLoss;
import org.sparkdl4j.network.NetworkConfiguration;

/** A configuration that somebody has built with DL4J; it travels as DL4J's own JSON. */
final class Dl4jConfiguration implements NetworkSource {
  private static final long serialVersionUID = 1;

  private final String json;
  private final boolean isGraph;

  private Dl4jConfiguration(String json, boolean isGraph) {
    this.json = json;
    this.isGraph = isGraph;
  }

  /**
   * Layers one after the other.
   *
   * @throws SparkDl4jException NETWORK_INVALID when it is no classifier of float32
   */
  static Dl4jConfiguration of(MultiLayerConfiguration layers) {
    requireFloat(layers.getDataType());
    Dl4jLoss.of(output(layers));
    return new Dl4jConfiguration(layers.toJson(), false);
  }

  /**
   * A graph.
   *
   * @throws SparkDl4jException NETWORK_INVALID when it is no classifier of float32 with one input
   */
  static Dl4jConfiguration of(ComputationGraphConfiguration graph) {
    requireFloat(graph.getDataType());
    if (graph.getNetworkInputs().size() != 1 || graph.getNetworkOutputs().size() != 1) {
      throw invalid(
          "the graph must have one input and one output, but has the inputs "
              + graph.getNetworkInputs()
              + " and the outputs "
              + graph.getNetworkOutputs());
    }
    Dl4jLoss.of(output(graph));
    return new Dl4jConfiguration(graph.toJson(), true);
  }

  /** {@inheritDoc} DL4J's configurations have a seed of their own. */
  @Override
  public NetworkConfiguration configuration(int[] inputShape, int classes, int seed) {
    if (isGraph) {
      ComputationGraphConfiguration graph = ComputationGraphConfiguration.fromJson(json);
      return NetworkConfiguration.of(graph, Dl4jLoss.of(output(graph)));
    }
    MultiLayerConfiguration layers = MultiLayerConfiguration.fromJson(json);
    return NetworkConfiguration.of(layers, Dl4jLoss.of(output(layers)));
  }

  /**
   * Checks that DL4J itself can predict with the network.
   *
   * @param configuration what {@link #configuration} gave
   * @param inputShape {@code [height, width, channels]} of the pictures
   * @throws SparkDl4jException NETWORK_DOES_NOT_FIT
   */
  static void requireFits(NetworkConfiguration configuration, int[] inputShape, int classes) {
    String pictures =
        String.format(
            "pictures of %dx%dx%d (channels x height x width)",
            inputShape[2], inputShape[0], inputShape[1]);
    try (Dl4jNetwork network = new Dl4jNetwork(configuration, inputShape)) {
      if (network.classes() != classes) {
        throw doesNotFit(
            "the network has " + network.classes() + " outputs, but the labels " + classes, null);
      }
      long[] shape = {1, inputShape[2], inputShape[0], inputShape[1]};
      try (INDArray zeros = Nd4j.zeros(DataType.FLOAT, shape);
          INDArray output = network.model().output(zeros)) {
        if (output.rank() != 2 || output.size(0) != 1 || output.size(1) != classes) {
          throw doesNotFit(
              "the network makes "
                  + output.length()
                  + " numbers of each of the "
                  + pictures
                  + ", and not one for each of "
                  + classes
                  + " classes",
              null);
        }
      }
    } catch (SparkDl4jException e) {
      throw e;
    } catch (RuntimeException e) {
      String reason = String.valueOf(e.getMessage()).split("\n", 2)[0];
      throw doesNotFit("the network does not take " + pictures + ": DL4J says: " + reason, e);
    }
  }

  private static Layer output(MultiLayerConfiguration layers) {
    return layers.getConf(layers.getConfs().size() - 1).getLayer();
  }

  private static Layer output(ComputationGraphConfiguration graph) {
    String name = graph.getNetworkOutputs().get(0);
    GraphVertex vertex = graph.getVertices().get(name);
    if (!(vertex instanceof LayerVertex)) {
      throw invalid("the graph's output " + name + " is no layer, but must be an OutputLayer");
    }
    return ((LayerVertex) vertex).getLayerConf().getLayer();
  }

  private static void requireFloat(DataType type) {
    if (type != DataType.FLOAT) {
      throw invalid("the network's data type must be FLOAT, but is " + type);
    }
  }

  private static SparkDl4jException invalid(String message) {
    return new SparkDl4jException(ErrorCode.NETWORK_INVALID, message);
  }

  private static SparkDl4jException doesNotFit(String message, Exception cause) {
    return new SparkDl4jException(ErrorCode.NETWORK_DOES_NOT_FIT, message, cause);
  }
}
