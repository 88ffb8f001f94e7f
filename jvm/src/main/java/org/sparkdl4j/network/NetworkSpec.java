package org.sparkdl4j.network;

import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.learning.config.AdaGrad;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.spec.Json;
import org.sparkdl4j.spec.NearestName;
import org.sparkdl4j.spec.Options;

/**
 * The description of a network: layers and settings, independent of picture size and classes where
 * it leaves them open. Immutable.
 */
public final class NetworkSpec {
  private static final List<String> REFERENCES =
      List.of(
          "fashion",
          "landscape",
          "pneumonia_vgg",
          "resnet18",
          "resnet50",
          "small_resnet",
          "vgg_conv13");

  private static final ObjectNode AUTO = Json.contract("auto_network.json");

  /** Names the network of {@link #forPictures}. */
  public static final String AUTO_NAME = AUTO.get("name").asText();

  private static final String DL4J = "dl4j";

  private final ObjectNode json;

  /** The layers, or null where DL4J's configuration says all. */
  private final LayerList layers;

  private final Dl4jDescription dl4j;

  private NetworkSpec(ObjectNode json) {
    this.json = json;
    checkKeys();
    if (json.hasNonNull("name") && !json.get("name").isTextual()) {
      throw invalid("network: name must be a string, but is " + json.get("name"));
    }
    checkShape("input_shape");
    checkShape("default_input_shape");
    Settings.checked(json, "network");
    if (json.path(DL4J).isObject()) {
      dl4j = new Dl4jDescription((ObjectNode) json.get(DL4J));
      layers = null;
      return;
    }
    dl4j = null;
    JsonNode list = json.get("layers");
    if (list == null || !list.isArray() || list.size() == 0) {
      throw invalid("network: layers must be a list of at least one layer");
    }
    layers = new LayerList(list, Place::inNetwork);
    checkOutputIsLast();
  }

  /**
   * Reads a description: of layers, or with DL4J's own configuration as {@code dl4j}.
   *
   * @param json the description
   * @throws SparkDl4jException NETWORK_INVALID, which names the layer by its number from 1
   */
  public static NetworkSpec of(ObjectNode json) {
    return new NetworkSpec(json.deepCopy());
  }

  /**
   * A reference network of the library.
   *
   * @param name such as {@code landscape}
   * @throws SparkDl4jException NETWORK_INVALID when there is none with this name
   */
  public static NetworkSpec reference(String name) {
    if (!REFERENCES.contains(name)) {
      throw invalid(
          "there is no reference network \""
              + name
              + "\"; did you mean "
              + NearestName.of(name, REFERENCES)
              + "? They are "
              + String.join(", ", REFERENCES));
    }
    return new NetworkSpec(Json.contract("networks/" + name + ".json"));
  }

  /**
   * The network to start with for pictures of a size, as {@code spec/auto_network.json} says: one
   * for small pictures, one for others.
   */
  public static NetworkSpec forPictures(int height, int width) {
    boolean small = Math.max(height, width) <= AUTO.get("largest_small_picture").asInt();
    return reference(AUTO.get(small ? "small" : "large").asText());
  }

  /** The network's name, or null. */
  public String name() {
    return json.path("name").textValue();
  }

  /** The {@code [height, width, channels]} that pictures must have, or null where any will do. */
  public int[] inputShape() {
    return shape("input_shape");
  }

  /** The {@code [height, width, channels]} that the network was made for, or null: a hint. */
  public int[] defaultInputShape() {
    return shape("default_input_shape");
  }

  /** The description as JSON, as it was given. */
  public ObjectNode toJson() {
    return json.deepCopy();
  }

  /**
   * The output shape of every layer: {@code [height, width, channels]} or {@code [units]}; none of
   * DL4J's own configuration.
   *
   * @param inputShape {@code [height, width, channels]} of the pictures
   * @param classes number of classes, at least 2
   * @throws SparkDl4jException NETWORK_DOES_NOT_FIT, NETWORK_INVALID
   */
  public List<int[]> shapes(int[] inputShape, int classes) {
    checkInput(inputShape, classes);
    return dl4j != null ? List.of() : layers.shapes(inputShape, classes);
  }

  /** The number of classes that the network demands; 0 where it takes any. */
  public int outputs() {
    return dl4j != null ? 0 : output().units();
  }

  /**
   * The number of trained parameters: DL4J's number, less the running means and variances of batch
   * normalisation, which DL4J keeps among the parameters; with them for DL4J's own configuration.
   *
   * @param inputShape {@code [height, width, channels]} of the pictures
   * @param classes number of classes, at least 2
   * @throws SparkDl4jException NETWORK_DOES_NOT_FIT, NETWORK_INVALID
   */
  public long parameters(int[] inputShape, int classes) {
    checkInput(inputShape, classes);
    return dl4j != null
        ? SafeConfiguration.parameterCount(dl4j.configuration(inputShape, classes))
        : layers.parameters(inputShape, classes);
  }

  /**
   * What training minimises.
   *
   * @param options options of the group "network"; they fill what the network leaves unset
   * @throws SparkDl4jException PARAMETER_CONFLICT
   */
  public LossSpec loss(Options options) {
    if (dl4j != null) return dl4j.loss();
    return output().loss(new Settings(json, options));
  }

  /**
   * DL4J's configuration for pictures of one shape: layers one after the other where every layer of
   * the network takes only the one before and becomes a layer of DL4J, else a graph.
   *
   * @param inputShape {@code [height, width, channels]} of the pictures
   * @param classes number of classes, at least 2
   * @param options options of the group "network"; they fill what the network leaves unset
   * @param seed seed of the first weights
   * @throws SparkDl4jException NETWORK_DOES_NOT_FIT, NETWORK_INVALID, PARAMETER_CONFLICT
   */
  public NetworkConfiguration toConfiguration(
      int[] inputShape, int classes, Options options, int seed) {
    shapes(inputShape, classes);
    if (dl4j != null) {
      requireNoOptions(options);
      return dl4j.untrained(inputShape, classes, seed);
    }
    Settings settings = new Settings(json, options);
    NeuralNetConfiguration.Builder builder =
        new NeuralNetConfiguration.Builder()
            // ND4J takes 0 for "seed from the clock": stand in with a number that is no seed.
            .seed(seed == 0 ? 1L << 31 : seed)
            .dataType(DataType.FLOAT)
            .updater(updater(settings))
            .gradientNormalization(gradientNormalization(settings))
            .gradientNormalizationThreshold(settings.number("gradient_threshold"));
    Expansion expansion = new Expansion(settings, inputShape, classes);
    layers.expand(expansion, expansion.input());
    return expansion.build(builder, output().loss(settings));
  }

  /**
   * The values of the group "network": the network's own, or else those given, or else defaults.
   *
   * @param options options of the group "network"
   * @throws SparkDl4jException PARAMETER_CONFLICT for one that both set
   */
  public ObjectNode settings(Options options) {
    Settings settings = new Settings(json, options);
    ObjectNode all = Json.object();
    for (String name : Options.names("network")) {
      boolean isNumber = Options.option("network", name).get("type").asText().equals("number");
      if (isNumber) all.put(name, settings.number(name));
      else all.put(name, settings.string(name));
    }
    return all;
  }

  private static void requireNoOptions(Options options) {
    for (String name : Options.names("network")) {
      if (!options.isSet(name)) continue;
      throw new SparkDl4jException(
              ErrorCode.PARAMETER_CONFLICT,
              name + " is what DL4J's configuration says: leave it out, or build it into that")
          .with("parameter", name);
    }
  }

  private static IUpdater updater(Settings settings) {
    double learningRate = settings.number("learning_rate");
    switch (settings.string("updater")) {
      case "sgd":
        return new Sgd(learningRate);
      case "nesterov":
        return new Nesterovs(learningRate, settings.number("momentum"));
      case "adagrad":
        return new AdaGrad(learningRate);
      case "rmsprop":
        return new RmsProp(learningRate);
      default:
        // What adamw adds to adam is the decay of the layers' weights.
        return new Adam(learningRate);
    }
  }

  private static GradientNormalization gradientNormalization(Settings settings) {
    switch (settings.string("gradient_normalization")) {
      case "renormalize_l2_per_layer":
        return GradientNormalization.RenormalizeL2PerLayer;
      case "renormalize_l2_per_param_type":
        return GradientNormalization.RenormalizeL2PerParamType;
      case "clip_elementwise_absolute_value":
        return GradientNormalization.ClipElementWiseAbsoluteValue;
      case "clip_l2_per_layer":
        return GradientNormalization.ClipL2PerLayer;
      case "clip_l2_per_param_type":
        return GradientNormalization.ClipL2PerParamType;
      default:
        return GradientNormalization.None;
    }
  }

  private OutputSpec output() {
    List<LayerSpec> list = layers.layers();
    return (OutputSpec) list.get(list.size() - 1);
  }

  private void checkKeys() {
    Set<String> known = new TreeSet<>(Options.names("network"));
    Collections.addAll(known, "name", "source", "input_shape", "default_input_shape");
    known.add(json.has(DL4J) ? DL4J : "layers");
    for (Iterator<String> names = json.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (!known.contains(name)) {
        throw invalid(
            "network: there is no setting \""
                + name
                + "\"; did you mean "
                + NearestName.of(name, known)
                + "?");
      }
    }
  }

  private void checkOutputIsLast() {
    List<LayerSpec> list = layers.layers();
    layers.checkNoOutput(list.size() - 1);
    LayerSpec last = list.get(list.size() - 1);
    if (!(last instanceof OutputSpec)) throw last.json.invalid("the last layer must be Output");
  }

  private void checkShape(String key) {
    JsonNode value = json.get(key);
    if (value == null || value.isNull()) return;
    boolean fits = value.isArray() && value.size() == 3;
    for (int i = 0; fits && i < 3; i++) {
      fits = value.get(i).isInt() && value.get(i).intValue() >= 1;
    }
    if (!fits) {
      throw invalid("network: " + key + " must be [height, width, channels], but is " + value);
    }
  }

  private int[] shape(String key) {
    if (!json.hasNonNull(key)) return null;
    JsonNode value = json.get(key);
    return new int[] {value.get(0).intValue(), value.get(1).intValue(), value.get(2).intValue()};
  }

  private void checkInput(int[] input, int classes) {
    int[] own = inputShape();
    if (own != null && !Arrays.equals(own, input)) {
      throw new SparkDl4jException(
          ErrorCode.NETWORK_DOES_NOT_FIT,
          String.format(
              "the network takes pictures of %dx%dx%d (height x width x channels), but the data are"
                  + " %dx%dx%d",
              own[0], own[1], own[2], input[0], input[1], input[2]));
    }
    if (classes < 2) {
      throw new SparkDl4jException(
          ErrorCode.DATA_ONE_CLASS,
          "a classifier needs at least two classes, but the data have " + classes);
    }
  }

  private static SparkDl4jException invalid(String message) {
    return new SparkDl4jException(ErrorCode.NETWORK_INVALID, message);
  }
}
