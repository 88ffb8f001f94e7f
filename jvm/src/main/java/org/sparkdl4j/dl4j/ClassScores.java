package org.sparkdl4j.dl4j;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.graph.vertex.VertexIndices;
import org.deeplearning4j.nn.graph.vertex.impl.LayerVertex;
import org.deeplearning4j.nn.layers.convolution.ConvolutionLayer;
import org.deeplearning4j.nn.layers.normalization.BatchNormalization;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;
import org.deeplearning4j.nn.params.DefaultParamInitializer;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.network.NetworkConfiguration;

/**
 * The scores of a network's classes (what softmax or sigmoid are taken of) as they depend on the
 * maps that a layer makes of the pictures, as the network predicts: without dropout, and normalised
 * by the running statistics. DL4J's own backward pass is that of training, so the layers are gone
 * through one by one, in a copy of the network.
 */
public final class ClassScores implements AutoCloseable {
  /** What the pictures are called among the layers, in a network without names of inputs. */
  public static final String PICTURES = "pictures";

  private static final LayerWorkspaceMgr MEMORY = LayerWorkspaceMgr.noWorkspaces();

  /** Of a picture, and of a map: [n, channels, height, width]. */
  private static final int RANK = 4;

  private final ComputationGraph graph;

  /** The vertices in the order of computing. */
  private final List<GraphVertex> order = new ArrayList<>();

  /** The maps of a layer, and the derivatives of a class's score with respect to them. */
  public static final class Maps {
    private final INDArray values;
    private final INDArray gradients;

    private Maps(INDArray values, INDArray gradients) {
      this.values = values;
      this.gradients = gradients;
    }

    /** {@code [n, channels, height, width]}. */
    public INDArray values() {
      return values;
    }

    /** Of the same shape. */
    public INDArray gradients() {
      return gradients;
    }
  }

  /**
   * A copy of a network.
   *
   * @param parameters of the network; the copy computes with numbers of their type
   */
  public ClassScores(NetworkConfiguration configuration, INDArray parameters) {
    ComputationGraphConfiguration copy =
        configuration.isGraph()
            ? configuration.graph().clone()
            : graph(configuration.layers().clone());
    copy.setDataType(parameters.dataType());
    copy.getVertices().values().forEach(ClassScores::removeNoise);
    graph = new ComputationGraph(copy);
    graph.init(parameters.dup(), false);
    graph.initGradientsView();
    for (int index : graph.topologicalSortOrder()) order.add(graph.getVertices()[index]);
  }

  /**
   * The maps of a layer.
   *
   * @param pictures {@code [n, channels, height, width]}, standardised
   * @param classes of each picture the class whose score is differentiated
   * @param layer the layer's name, as {@link Dl4jModel#steps} has it, or that of a block; null for
   *     the last maps of the size that the last convolution makes
   * @throws SparkDl4jException PARAMETER_RANGE when there is no such layer, or it makes no maps;
   *     NETWORK_INVALID when no layer is a convolution
   */
  public Maps of(INDArray pictures, int[] classes, String layer) {
    Map<Integer, INDArray> outputs = forward(pictures);
    GraphVertex wanted = layer == null ? lastMaps(outputs) : named(layer, outputs);
    INDArray gradients = backward(wanted, outputs, classes);
    return new Maps(outputs.get(wanted.getVertexIndex()), gradients);
  }

  /** Frees the copy. */
  @Override
  public void close() {
    Dl4jNetwork.free(graph.getGradientsViewArray());
    Dl4jNetwork.free(graph.params());
    Dl4jNetwork.releaseThread();
  }

  private static ComputationGraphConfiguration graph(MultiLayerConfiguration layers) {
    String last = PICTURES;
    ComputationGraphConfiguration.GraphBuilder builder =
        new NeuralNetConfiguration.Builder()
            .dataType(layers.getDataType())
            .graphBuilder()
            .addInputs(last);
    for (int i = 0; i < layers.getConfs().size(); i++) {
      var layer = layers.getConf(i).getLayer();
      String name = layer.getLayerName() == null ? "layer" + (i + 1) : layer.getLayerName();
      builder.addLayer(name, layer, layers.getInputPreProcess(i), last);
      last = name;
    }
    return builder.setOutputs(last).build();
  }

  private static void removeNoise(org.deeplearning4j.nn.conf.graph.GraphVertex vertex) {
    if (!(vertex instanceof org.deeplearning4j.nn.conf.graph.LayerVertex)) return;
    var layer = ((org.deeplearning4j.nn.conf.graph.LayerVertex) vertex).getLayerConf().getLayer();
    layer.setIDropout(null);
    if (layer instanceof BaseLayer) ((BaseLayer) layer).setWeightNoise(null);
  }

  /** What the vertices make, by their indices, without the output layer. */
  private Map<Integer, INDArray> forward(INDArray pictures) {
    Map<Integer, INDArray> outputs = new LinkedHashMap<>();
    graph.setInput(0, pictures);
    for (GraphVertex vertex : order) {
      if (isOutput(vertex)) continue;
      // In training, layers keep what comes in as it is: the backward pass needs it.
      INDArray output =
          vertex.isInputVertex() ? pictures : vertex.doForward(!isNormalization(vertex), MEMORY);
      outputs.put(vertex.getVertexIndex(), output);
      for (VertexIndices next : vertex.getOutputVertices()) {
        graph.getVertices()[next.getVertexIndex()].setInput(
            next.getVertexEdgeNumber(), output, MEMORY);
      }
    }
    return outputs;
  }

  private INDArray backward(GraphVertex wanted, Map<Integer, INDArray> outputs, int[] classes) {
    Map<Integer, INDArray> gradients = new LinkedHashMap<>();
    for (int i = order.size() - 1; order.get(i) != wanted; i--) {
      GraphVertex vertex = order.get(i);
      INDArray gradient = gradients.remove(vertex.getVertexIndex());
      // Null of what the scores do not depend on.
      if (gradient == null && !isOutput(vertex)) continue;
      INDArray[] ofInputs = inputGradients(vertex, gradient, classes);
      for (int k = 0; k < ofInputs.length; k++) {
        int source = vertex.getInputVertices()[k].getVertexIndex();
        INDArray sum = gradients.get(source);
        if (sum == null) gradients.put(source, ofInputs[k].dup('c'));
        else sum.addi(ofInputs[k]);
      }
    }
    INDArray found = gradients.get(wanted.getVertexIndex());
    return found == null ? Nd4j.zerosLike(outputs.get(wanted.getVertexIndex())) : found;
  }

  private INDArray[] inputGradients(GraphVertex vertex, INDArray gradient, int[] classes) {
    INDArray ofInput;
    if (isOutput(vertex)) {
      ofInput = weights(vertex.getLayer(), classes);
    } else if (isNormalization(vertex)) {
      ofInput = scaled((BatchNormalization) vertex.getLayer(), gradient);
    } else {
      vertex.setEpsilon(gradient);
      return vertex.doBackward(false, MEMORY).getSecond();
    }
    var preprocessor = ((LayerVertex) vertex).getLayerPreProcessor();
    if (preprocessor != null) {
      ofInput = preprocessor.backprop(ofInput, graph.batchSize(), MEMORY);
    }
    return new INDArray[] {ofInput};
  }

  /** The score of a class is a sum of what comes in, weighted by the class's column. */
  private static INDArray weights(Layer output, int[] classes) {
    INDArray weights = output.getParam(DefaultParamInitializer.WEIGHT_KEY);
    INDArray rows = Nd4j.createUninitialized(weights.dataType(), classes.length, weights.size(0));
    for (int i = 0; i < classes.length; i++) rows.putRow(i, weights.getColumn(classes[i]));
    return rows;
  }

  /** With running statistics, normalisation multiplies each channel by a number. */
  private static INDArray scaled(BatchNormalization layer, INDArray gradient) {
    var conf = (org.deeplearning4j.nn.conf.layers.BatchNormalization) layer.conf().getLayer();
    INDArray variance =
        conf.isUseLogStd()
            ? Transforms.exp(
                layer
                    .getParam(BatchNormalizationParamInitializer.GLOBAL_LOG_STD)
                    .mul(2 * Math.log(10)))
            : layer.getParam(BatchNormalizationParamInitializer.GLOBAL_VAR);
    INDArray deviation = Transforms.sqrt(variance.add(conf.getEps()));
    INDArray scale =
        conf.isLockGammaBeta()
            ? deviation.rdiv(conf.getGamma())
            : layer.getParam(BatchNormalizationParamInitializer.GAMMA).div(deviation);
    long[] shape = new long[gradient.rank()];
    Arrays.fill(shape, 1);
    shape[1] = scale.length();
    return gradient.mul(scale.reshape(shape));
  }

  private GraphVertex lastMaps(Map<Integer, INDArray> outputs) {
    INDArray ofConvolution = null;
    for (GraphVertex vertex : order) {
      INDArray output = outputs.get(vertex.getVertexIndex());
      boolean isConvolution = vertex.hasLayer() && vertex.getLayer() instanceof ConvolutionLayer;
      // Convolutions of a single point do what dense layers do.
      if (isConvolution && isMaps(output) && area(output) > 1) ofConvolution = output;
    }
    if (ofConvolution == null) {
      throw new SparkDl4jException(
          ErrorCode.NETWORK_INVALID,
          "this network has no convolution whose maps could be looked at");
    }
    GraphVertex last = null;
    for (GraphVertex vertex : order) {
      INDArray output = outputs.get(vertex.getVertexIndex());
      if (isMaps(output)
          && output.size(2) == ofConvolution.size(2)
          && output.size(3) == ofConvolution.size(3)) last = vertex;
    }
    return last;
  }

  private GraphVertex named(String layer, Map<Integer, INDArray> outputs) {
    GraphVertex found = null;
    List<String> names = new ArrayList<>();
    for (GraphVertex vertex : order) {
      if (!isMaps(outputs.get(vertex.getVertexIndex()))) continue;
      String name = vertex.getVertexName();
      if (name.equals(layer) || name.startsWith(layer + "/")) found = vertex;
      names.add(name);
    }
    if (found != null) return found;
    throw new SparkDl4jException(
            ErrorCode.PARAMETER_RANGE,
            "there is no layer " + layer + " that makes maps; those that do are " + names)
        .with("parameter", "layer");
  }

  private static boolean isMaps(INDArray output) {
    return output != null && output.rank() == RANK;
  }

  private static long area(INDArray maps) {
    return maps.size(2) * maps.size(3);
  }

  private boolean isOutput(GraphVertex vertex) {
    return vertex.getVertexName().equals(graph.getConfiguration().getNetworkOutputs().get(0));
  }

  private static boolean isNormalization(GraphVertex vertex) {
    return vertex.hasLayer() && vertex.getLayer() instanceof BatchNormalization;
  }
}
