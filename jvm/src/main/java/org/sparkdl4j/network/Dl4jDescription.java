package org.sparkdl4j.network;

import java.util.List;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;

/**
 * A configuration that somebody has built with DL4J, from its JSON: it says all of a network, its
 * updater and its loss, but the size of the pictures.
 */
public final class Dl4jDescription {
  private static final String PREPROCESSORS = "inputPreProcessors";
  private static final String FLAT_PICTURES =
      "org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor";

  private final ObjectNode json;
  private final int[] flatShape;
  private final List<NeuralNetConfiguration> layers;

  /**
   * Reads a configuration; nothing that it names is made but DL4J's own layers and their settings.
   *
   * @param json a {@code MultiLayerConfiguration} or a {@code ComputationGraphConfiguration}
   * @throws SparkDl4jException NETWORK_UNSUPPORTED for classes that are not allowed,
   *     NETWORK_INVALID
   */
  public Dl4jDescription(ObjectNode json) {
    this.json = json.deepCopy();
    flatShape = takeFlatShape(this.json);
    String forbidden = SafeConfiguration.forbiddenClass(this.json);
    if (forbidden != null) {
      throw new SparkDl4jException(
          ErrorCode.NETWORK_UNSUPPORTED,
          "the configuration has the class " + forbidden + ", which does not exist here");
    }
    try {
      layers =
          isGraph()
              ? SafeConfiguration.layers(
                  ComputationGraphConfiguration.fromJson(this.json.toString()))
              : MultiLayerConfiguration.fromJson(this.json.toString()).getConfs();
    } catch (RuntimeException e) {
      throw invalid(e);
    }
    if (layers.isEmpty()) throw invalid(new IllegalArgumentException("it has no layers"));
  }

  /**
   * Pictures that come as vectors are images here: the layer before the first says of what size.
   */
  private static int[] takeFlatShape(ObjectNode json) {
    JsonNode first = json.path(PREPROCESSORS).path("0");
    if (!first.path("@class").asText().equals(FLAT_PICTURES)) return null;
    ((ObjectNode) json.get(PREPROCESSORS)).remove("0");
    return new int[] {
      first.path("inputHeight").asInt(),
      first.path("inputWidth").asInt(),
      first.path("numChannels").asInt()
    };
  }

  /** The configuration's JSON, as it is read here. */
  public ObjectNode toJson() {
    return json.deepCopy();
  }

  /** The number of outputs. */
  public int classes() {
    return (int) outputLayer().getNOut();
  }

  private BaseOutputLayer outputLayer() {
    for (NeuralNetConfiguration layer : layers) {
      if (layer.getLayer() instanceof BaseOutputLayer) return (BaseOutputLayer) layer.getLayer();
    }
    throw new SparkDl4jException(
        ErrorCode.NETWORK_INVALID, "the configuration has no output layer");
  }

  /**
   * The shape of the pictures, {@code [height, width, channels]}.
   *
   * @param size their height and width, or null where the configuration may know them
   * @return null where it does not
   */
  public int[] inputShape(int[] size) {
    if (size != null) return new int[] {size[0], size[1], channels(size)};
    return flatShape == null ? null : flatShape.clone();
  }

  /**
   * DL4J's configuration.
   *
   * @param inputShape {@code [height, width, channels]} of the pictures
   * @throws SparkDl4jException NETWORK_DOES_NOT_FIT when it is no classifier of such pictures
   */
  public NetworkConfiguration configuration(int[] inputShape, int classes) {
    if (classes() != classes) {
      throw new SparkDl4jException(
          ErrorCode.NETWORK_DOES_NOT_FIT,
          "the network has " + classes() + " outputs, but there are " + classes + " classes");
    }
    try {
      return SafeConfiguration.parse(json, inputShape, classes, null);
    } catch (SparkDl4jException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new SparkDl4jException(
          ErrorCode.NETWORK_DOES_NOT_FIT,
          String.format(
              "the network is no classifier of pictures %s (height x width x channels): %s",
              Shape.text(inputShape), firstLine(e)),
          e);
    }
  }

  /**
   * The same network as nobody has trained it, with first weights of another seed.
   *
   * @param seed of the first weights
   * @throws SparkDl4jException as {@link #configuration}
   */
  NetworkConfiguration untrained(int[] inputShape, int classes, int seed) {
    NetworkConfiguration configuration = configuration(inputShape, classes);
    // ND4J takes 0 for "seed from the clock": stand in with a number that is no seed.
    long used = seed == 0 ? 1L << 31 : seed;
    if (configuration.isGraph()) {
      ComputationGraphConfiguration graph = configuration.graph();
      graph.setIterationCount(0);
      graph.setEpochCount(0);
      graph.getDefaultConfiguration().setSeed(used);
      SafeConfiguration.layers(graph).forEach(layer -> layer.setSeed(used));
    } else {
      configuration.layers().setIterationCount(0);
      configuration.layers().setEpochCount(0);
      configuration.layers().getConfs().forEach(layer -> layer.setSeed(used));
    }
    return configuration;
  }

  /** What its training minimises. */
  LossSpec loss() {
    return Dl4jLoss.of(outputLayer());
  }

  private boolean isGraph() {
    return json.has("vertices");
  }

  private int channels(int[] size) {
    if (flatShape != null) return flatShape[2];
    Layer first = firstWithInputs();
    if (first instanceof ConvolutionLayer || first instanceof BatchNormalization) {
      return (int) ((FeedForwardLayer) first).getNIn();
    }
    if (first instanceof FeedForwardLayer) {
      return (int) (((FeedForwardLayer) first).getNIn() / ((long) size[0] * size[1]));
    }
    return 0;
  }

  /** The first layer behind the pictures that says how many inputs it has. */
  private Layer firstWithInputs() {
    if (!isGraph()) return firstWithInputs(layers);
    ComputationGraphConfiguration graph = ComputationGraphConfiguration.fromJson(json.toString());
    String input = graph.getNetworkInputs().get(0);
    for (String name : graph.getTopologicalOrderStr()) {
      GraphVertex vertex = graph.getVertices().get(name);
      List<String> inputs = graph.getVertexInputs().getOrDefault(name, List.of());
      boolean isFirst = inputs.contains(input) && vertex instanceof LayerVertex;
      Layer layer = isFirst ? ((LayerVertex) vertex).getLayerConf().getLayer() : null;
      if (layer instanceof FeedForwardLayer) return layer;
    }
    return firstWithInputs(layers);
  }

  private static Layer firstWithInputs(List<NeuralNetConfiguration> layers) {
    return layers.stream()
        .map(NeuralNetConfiguration::getLayer)
        .filter(layer -> layer instanceof FeedForwardLayer)
        .findFirst()
        .orElse(null);
  }

  private static SparkDl4jException invalid(RuntimeException e) {
    return new SparkDl4jException(
        ErrorCode.NETWORK_INVALID, "DL4J cannot read the configuration: " + firstLine(e), e);
  }

  private static String firstLine(RuntimeException e) {
    return String.valueOf(e.getMessage()).split("\n", 2)[0];
  }
}
