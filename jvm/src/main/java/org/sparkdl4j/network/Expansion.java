package org.sparkdl4j.network;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Layer;

/**
 * A network under construction: collects the DL4J layers and vertices that the layers of a
 * description become, and makes a configuration of them.
 */
final class Expansion {
  /** A layer or a vertex, and whose outputs it takes. */
  private static final class Node {
    private final String name;
    private final Layer layer;
    private final GraphVertex vertex;
    private final List<VertexOutput> inputs;

    private Node(String name, Layer layer, GraphVertex vertex, List<VertexOutput> inputs) {
      this.name = name;
      this.layer = layer;
      this.vertex = vertex;
      this.inputs = inputs;
    }
  }

  final Settings settings;
  final int classes;
  private final VertexOutput input;
  private final List<Node> nodes = new ArrayList<>();

  /**
   * An empty network.
   *
   * @param settings what the layers leave unset
   * @param inputShape {@code [height, width, channels]} of the pictures
   */
  Expansion(Settings settings, int[] inputShape, int classes) {
    this.settings = settings;
    this.classes = classes;
    input = new VertexOutput(LayerList.INPUT, inputShape);
  }

  /** The pictures. */
  VertexOutput input() {
    return input;
  }

  /**
   * Adds a layer.
   *
   * @param shape the shape of its output
   */
  VertexOutput layer(String name, Layer layer, int[] shape, VertexOutput input) {
    layer.setLayerName(name);
    nodes.add(new Node(name, layer, null, List.of(input)));
    return new VertexOutput(name, shape);
  }

  /**
   * Adds a vertex that is no layer, which makes the network a graph.
   *
   * @param shape the shape of its output
   */
  VertexOutput vertex(String name, GraphVertex vertex, int[] shape, List<VertexOutput> inputs) {
    nodes.add(new Node(name, null, vertex, inputs));
    return new VertexOutput(name, shape);
  }

  /** The configuration; its output is the layer that was added last. */
  NetworkConfiguration build(NeuralNetConfiguration.Builder builder, LossSpec loss) {
    return isChain()
        ? NetworkConfiguration.of(chain(builder.list()), loss)
        : NetworkConfiguration.of(graph(builder.graphBuilder()), loss);
  }

  private boolean isChain() {
    String before = input.vertex;
    for (Node node : nodes) {
      if (node.layer == null || !node.inputs.get(0).vertex.equals(before)) return false;
      before = node.name;
    }
    return true;
  }

  private MultiLayerConfiguration chain(NeuralNetConfiguration.ListBuilder list) {
    for (Node node : nodes) list.layer(node.layer);
    return list.setInputType(type(input.shape)).build();
  }

  /**
   * The graph, with the numbers of inputs from our own shapes: DL4J's inference miscounts the
   * channels of SubsetVertex and refuses products that broadcast, though it computes both.
   */
  private ComputationGraphConfiguration graph(ComputationGraphConfiguration.GraphBuilder graph) {
    graph.addInputs(input.vertex);
    for (Node node : nodes) {
      String[] inputs = node.inputs.stream().map(output -> output.vertex).toArray(String[]::new);
      if (node.layer == null) {
        graph.addVertex(node.name, node.vertex, inputs);
        continue;
      }
      InputType type = type(node.inputs.get(0).shape);
      InputPreProcessor preProcessor = node.layer.getPreProcessorForInputType(type);
      if (preProcessor != null) type = preProcessor.getOutputType(type);
      node.layer.setNIn(type, true);
      graph.addLayer(node.name, node.layer, preProcessor, inputs);
    }
    return graph.setOutputs(nodes.get(nodes.size() - 1).name).build();
  }

  private static InputType type(int[] shape) {
    return Shape.isImage(shape)
        ? InputType.convolutional(shape[0], shape[1], shape[2])
        : InputType.feedForward(shape[0]);
  }
}
