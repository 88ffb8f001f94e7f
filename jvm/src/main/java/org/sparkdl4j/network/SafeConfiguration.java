package org.sparkdl4j.network;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/** DL4J's configuration from anywhere: DL4J instantiates whatever classes its JSON names. */
public final class SafeConfiguration {
  private static final String VERTICES = "org.deeplearning4j.nn.conf.graph.";
  private static final String LAYERS = "org.deeplearning4j.nn.conf.layers.";
  private static final String WEIGHTS = "org.deeplearning4j.nn.weights.";
  private static final String ACTIVATIONS = "org.nd4j.linalg.activations.impl.";
  private static final String LOSSES = "org.nd4j.linalg.lossfunctions.impl.";
  private static final String UPDATERS = "org.nd4j.linalg.learning.config.";
  private static final String REGULARIZATION = "org.nd4j.linalg.learning.regularization.";

  private static final Set<String> ALLOWED =
      Set.of(
          VERTICES + "ElementWiseVertex",
          VERTICES + "LayerVertex",
          VERTICES + "MergeVertex",
          VERTICES + "PreprocessorVertex",
          VERTICES + "ScaleVertex",
          VERTICES + "ShiftVertex",
          VERTICES + "SubsetVertex",
          LAYERS + "ActivationLayer",
          LAYERS + "BatchNormalization",
          LAYERS + "ConvolutionLayer",
          LAYERS + "DenseLayer",
          LAYERS + "DepthwiseConvolution2D",
          LAYERS + "DropoutLayer",
          LAYERS + "GlobalPoolingLayer",
          LAYERS + "OutputLayer",
          LAYERS + "SeparableConvolution2D",
          LAYERS + "SubsamplingLayer",
          LAYERS + "ZeroPaddingLayer",
          "org.deeplearning4j.nn.conf.dropout.Dropout",
          "org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor",
          WEIGHTS + "WeightInitConstant",
          WEIGHTS + "WeightInitLecunUniform",
          WEIGHTS + "WeightInitNormal",
          WEIGHTS + "WeightInitRelu",
          WEIGHTS + "WeightInitReluUniform",
          WEIGHTS + "WeightInitSigmoidUniform",
          WEIGHTS + "WeightInitUniform",
          WEIGHTS + "WeightInitVarScalingNormalFanAvg",
          WEIGHTS + "WeightInitVarScalingNormalFanIn",
          WEIGHTS + "WeightInitVarScalingNormalFanOut",
          WEIGHTS + "WeightInitVarScalingUniformFanAvg",
          WEIGHTS + "WeightInitVarScalingUniformFanIn",
          WEIGHTS + "WeightInitVarScalingUniformFanOut",
          WEIGHTS + "WeightInitXavier",
          WEIGHTS + "WeightInitXavierLegacy",
          WEIGHTS + "WeightInitXavierUniform",
          ACTIVATIONS + "ActivationELU",
          ACTIVATIONS + "ActivationGELU",
          ACTIVATIONS + "ActivationIdentity",
          ACTIVATIONS + "ActivationLReLU",
          ACTIVATIONS + "ActivationReLU",
          ACTIVATIONS + "ActivationReLU6",
          ACTIVATIONS + "ActivationSigmoid",
          ACTIVATIONS + "ActivationSoftmax",
          ACTIVATIONS + "ActivationSwish",
          ACTIVATIONS + "ActivationTanH",
          UPDATERS + "AdaGrad",
          UPDATERS + "Adam",
          UPDATERS + "Nesterovs",
          UPDATERS + "RmsProp",
          UPDATERS + "Sgd",
          REGULARIZATION + "L1Regularization",
          REGULARIZATION + "L2Regularization",
          REGULARIZATION + "WeightDecay",
          LOSSES + "LossBinaryXENT",
          LOSSES + "LossMCXENT",
          LOSSES + "LossMSE",
          LOSSES + "LossNegativeLogLikelihood",
          "org.nd4j.linalg.schedule.FixedSchedule");

  private SafeConfiguration() {}

  /** The first class named in the JSON that is not allowed, or null. */
  public static String forbiddenClass(JsonNode json) {
    JsonNode name = json.get("@class");
    if (name != null && !(name.isTextual() && ALLOWED.contains(name.textValue()))) {
      return name.asText();
    }
    for (JsonNode child : json) {
      String forbidden = forbiddenClass(child);
      if (forbidden != null) return forbidden;
    }
    return null;
  }

  /**
   * The configuration of JSON without forbidden classes.
   *
   * <p>It is parsed from the tree that was checked, not from its text: where a name stands twice in
   * an object, two parsers may see two different classes.
   *
   * @param inputShape {@code [height, width, channels]} of the pictures
   * @param classes number of labels
   * @param loss the loss that the configuration stands for; null for the one that it names
   * @throws RuntimeException when it is not a classifier of such pictures
   */
  public static NetworkConfiguration parse(
      ObjectNode json, int[] inputShape, int classes, LossSpec loss) {
    InputType type = InputType.convolutional(inputShape[0], inputShape[1], inputShape[2]);
    String text = json.toString();
    if (json.has("vertices")) {
      ComputationGraphConfiguration graph = ComputationGraphConfiguration.fromJson(text);
      Layer output = GraphCheck.outputLayer(graph, type, classes);
      return NetworkConfiguration.of(graph, loss(output, loss));
    }
    MultiLayerConfiguration layers = MultiLayerConfiguration.fromJson(text);
    Layer output = LayersCheck.outputLayer(layers, type, classes);
    return NetworkConfiguration.of(layers, loss(output, loss));
  }

  /**
   * The number of parameters that a network with the configuration has.
   *
   * @throws ArithmeticException when there are more than 2147483647
   */
  public static int parameterCount(NetworkConfiguration configuration) {
    int count = 0;
    for (NeuralNetConfiguration layer : layers(configuration)) {
      long parameters = layer.getLayer().initializer().numParams(layer);
      count = Math.addExact(count, Math.toIntExact(parameters));
    }
    return count;
  }

  private static List<NeuralNetConfiguration> layers(NetworkConfiguration configuration) {
    return configuration.isGraph()
        ? layers(configuration.graph())
        : configuration.layers().getConfs();
  }

  /** The layers of a graph. */
  static List<NeuralNetConfiguration> layers(ComputationGraphConfiguration graph) {
    List<NeuralNetConfiguration> layers = new ArrayList<>();
    for (GraphVertex vertex : graph.getVertices().values()) {
      if (vertex instanceof LayerVertex) layers.add(((LayerVertex) vertex).getLayerConf());
    }
    return layers;
  }

  private static LossSpec loss(Layer output, LossSpec given) {
    LossSpec named = Dl4jLoss.of(output);
    if (given == null) return named;
    LayerCheck.require(
        Dl4jLoss.nearest(given.kind()) == named.kind(),
        "its loss is " + named.kind() + ", not the nearest to " + given.kind());
    return given;
  }
}
