package org.sparkdl4j.network;

import static org.sparkdl4j.network.LayerCheck.require;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.graph.SubsetVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InputType.InputTypeConvolutional;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.util.GraphIndices;
import org.nd4j.linalg.api.buffer.DataType;

/** Whether an untrusted configuration of a graph is a classifier. */
final class GraphCheck {
  private final ComputationGraphConfiguration graph;
  private final String output;
  private final Map<String, InputType> types = new HashMap<>();

  private GraphCheck(ComputationGraphConfiguration graph, InputType input) {
    require(graph.getDataType() == DataType.FLOAT, "its data type is not FLOAT");
    require(
        graph.getNetworkInputs().size() == 1 && graph.getNetworkOutputs().size() == 1,
        "it does not have one input and one output");
    this.graph = graph;
    output = graph.getNetworkOutputs().get(0);
    types.put(graph.getNetworkInputs().get(0), input);
  }

  /**
   * Checks the configuration.
   *
   * @param input type of the pictures
   * @param classes number of labels
   * @return the output layer
   * @throws RuntimeException when it is not a classifier of such pictures
   */
  static Layer outputLayer(ComputationGraphConfiguration graph, InputType input, int classes) {
    GraphCheck check = new GraphCheck(graph, input);
    List<String> order = check.order();
    for (int i = 0; i < order.size(); i++) check.addType(i, order.get(i));
    require(check.types.containsKey(check.output), "it lacks its output " + check.output);
    require(
        check.types.get(check.output).arrayElementsPerExample() == classes,
        "it does not have one output for each label");
    return ((LayerVertex) graph.getVertices().get(check.output)).getLayerConf().getLayer();
  }

  /**
   * The vertices' names in the order in which DL4J sorts them. The parameters lie in this order, so
   * the one in the file must be the same.
   */
  private List<String> order() {
    int[] given = graph.getTopologicalOrder();
    List<String> givenNames = graph.getTopologicalOrderStr();
    graph.setTopologicalOrder(null);
    graph.setTopologicalOrderStr(null);
    // Refuses cycles and inputs that do not exist.
    GraphIndices indices = new ComputationGraph(graph).calculateIndices();
    int[] order = indices.getTopologicalSortOrder();
    List<String> names = new ArrayList<>();
    for (int index : order) names.add(indices.getIdxToName().get(index));
    require(
        Arrays.equals(order, given) && names.equals(givenNames),
        "its layers are in another order than their inputs ask for");
    names.removeAll(graph.getNetworkInputs());
    return names;
  }

  private void addType(int number, String name) {
    GraphVertex vertex = graph.getVertices().get(name);
    List<String> inputs = graph.getVertexInputs().get(name);
    require(
        inputs.size() >= vertex.minVertexInputs() && inputs.size() <= vertex.maxVertexInputs(),
        name + " has " + inputs.size() + " inputs");
    InputType[] given = inputs.stream().map(types::get).toArray(InputType[]::new);
    if (vertex instanceof LayerVertex) {
      LayerVertex layerVertex = (LayerVertex) vertex;
      Layer layer = layerVertex.getLayerConf().getLayer();
      require(
          name.equals(output) == layer instanceof OutputLayer,
          name + " is no output, or not the only one");
      types.put(
          name,
          LayerCheck.outputType(layer, layerVertex.getPreProcessor(), given[0], number, name));
    } else {
      types.put(name, LayerCheck.requireSmall(outputType(vertex, number, name, given), name));
    }
  }

  private static InputType outputType(
      GraphVertex vertex, int number, String name, InputType[] given) {
    if (vertex instanceof SubsetVertex) return subsetType((SubsetVertex) vertex, given[0], name);
    boolean isProduct =
        vertex instanceof ElementWiseVertex
            && ((ElementWiseVertex) vertex).getOp() == ElementWiseVertex.Op.Product;
    // DL4J computes it, but its inference refuses it.
    if (isProduct && given.length == 2 && isScale(given[1], given[0])) return given[0];
    return vertex.getOutputType(number, given);
  }

  /** Whether the first has one value for each channel of the second. */
  private static boolean isScale(InputType scale, InputType image) {
    if (!(scale instanceof InputTypeConvolutional && image instanceof InputTypeConvolutional)) {
      return false;
    }
    InputTypeConvolutional small = (InputTypeConvolutional) scale;
    return small.getHeight() == 1
        && small.getWidth() == 1
        && small.getChannels() == ((InputTypeConvolutional) image).getChannels();
  }

  /** DL4J 1.0.0-M2.1 itself mistakes the number of channels. */
  private static InputType subsetType(SubsetVertex subset, InputType input, String name) {
    int from = subset.getFrom();
    int to = subset.getTo();
    require(input instanceof InputTypeConvolutional, name + " is no part of an image");
    InputTypeConvolutional image = (InputTypeConvolutional) input;
    require(
        0 <= from && from <= to && to < image.getChannels(),
        name + " takes channels that its input does not have");
    return InputType.convolutional(image.getHeight(), image.getWidth(), to - from + 1L);
  }
}
