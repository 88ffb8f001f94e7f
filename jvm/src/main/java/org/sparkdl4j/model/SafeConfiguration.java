package org.sparkdl4j.model;

import java.util.Objects;
import java.util.Set;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/** DL4J's configuration from anywhere: DL4J instantiates whatever classes its JSON names. */
final class SafeConfiguration {
  private static final String LAYERS = "org.deeplearning4j.nn.conf.layers.";
  private static final String WEIGHTS = "org.deeplearning4j.nn.weights.";
  private static final String ACTIVATIONS = "org.nd4j.linalg.activations.impl.";
  private static final String UPDATERS = "org.nd4j.linalg.learning.config.";
  private static final String REGULARIZATION = "org.nd4j.linalg.learning.regularization.";

  private static final Set<String> ALLOWED =
      Set.of(
          LAYERS + "ConvolutionLayer",
          LAYERS + "DenseLayer",
          LAYERS + "DropoutLayer",
          LAYERS + "OutputLayer",
          LAYERS + "SubsamplingLayer",
          "org.deeplearning4j.nn.conf.dropout.Dropout",
          "org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor",
          WEIGHTS + "WeightInitLecunUniform",
          WEIGHTS + "WeightInitNormal",
          WEIGHTS + "WeightInitRelu",
          WEIGHTS + "WeightInitReluUniform",
          WEIGHTS + "WeightInitUniform",
          WEIGHTS + "WeightInitXavier",
          WEIGHTS + "WeightInitXavierUniform",
          ACTIVATIONS + "ActivationELU",
          ACTIVATIONS + "ActivationIdentity",
          ACTIVATIONS + "ActivationLReLU",
          ACTIVATIONS + "ActivationReLU",
          ACTIVATIONS + "ActivationSigmoid",
          ACTIVATIONS + "ActivationSoftmax",
          ACTIVATIONS + "ActivationTanH",
          UPDATERS + "AdaGrad",
          UPDATERS + "Adam",
          UPDATERS + "Nesterovs",
          UPDATERS + "RmsProp",
          UPDATERS + "Sgd",
          REGULARIZATION + "L1Regularization",
          REGULARIZATION + "L2Regularization",
          "org.nd4j.linalg.lossfunctions.impl.LossMCXENT",
          "org.nd4j.linalg.schedule.FixedSchedule");

  private SafeConfiguration() {}

  /** The first class named in the JSON that is not allowed, or null. */
  static String forbiddenClass(JsonNode json) {
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
   * @throws IllegalArgumentException when it is not a classifier of such pictures
   */
  static MultiLayerConfiguration parse(ObjectNode json, int[] inputShape, int classes) {
    MultiLayerConfiguration configuration = MultiLayerConfiguration.fromJson(json.toString());
    require(configuration.getDataType() == DataType.FLOAT, "its data type is not FLOAT");
    InputType type = InputType.convolutional(inputShape[0], inputShape[1], inputShape[2]);
    int last = configuration.getConfs().size() - 1;
    for (int i = 0; i <= last; i++) {
      Layer layer = configuration.getConf(i).getLayer();
      InputPreProcessor preProcessor = configuration.getInputPreProcess(i);
      require(
          Objects.equals(layer.getPreProcessorForInputType(type), preProcessor)
              && (i == last) == layer instanceof OutputLayer,
          "layer " + (i + 1) + " does not fit the one before");
      if (preProcessor != null) type = preProcessor.getOutputType(type);
      requireInputs(layer, type, i + 1);
      type = layer.getOutputType(i, type);
    }
    require(
        type.arrayElementsPerExample() == classes, "it does not have one output for each label");
    return configuration;
  }

  /**
   * The number of parameters that a network with the configuration has.
   *
   * @throws ArithmeticException when there are more than 2147483647
   */
  static int parameterCount(MultiLayerConfiguration configuration) {
    int count = 0;
    for (NeuralNetConfiguration layer : configuration.getConfs()) {
      long parameters = layer.getLayer().initializer().numParams(layer);
      count = Math.addExact(count, Math.toIntExact(parameters));
    }
    return count;
  }

  private static void requireInputs(Layer layer, InputType type, int number) {
    if (!(layer instanceof FeedForwardLayer)) return;
    FeedForwardLayer inferred = (FeedForwardLayer) layer.clone();
    inferred.setNIn(type, true);
    require(
        inferred.getNIn() == ((FeedForwardLayer) layer).getNIn(),
        "layer " + number + " takes another number of inputs than it gets");
  }

  private static void require(boolean condition, String otherwise) {
    if (!condition) throw new IllegalArgumentException(otherwise);
  }
}
