package org.sparkdl4j.network;

import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.spec.NearestName;

/**
 * One layer of a network's description. A new kind is one subclass and one line in {@link #KINDS}.
 */
abstract class LayerSpec {
  private interface Kind {
    LayerSpec parse(int number, ObjectNode json);
  }

  private static final Map<String, Kind> KINDS = new LinkedHashMap<>();

  static {
    KINDS.put("Conv2D", ConvolutionSpec::new);
    KINDS.put("MaxPool2D", PoolingSpec::new);
    KINDS.put("AvgPool2D", PoolingSpec::new);
    KINDS.put("Dense", DenseSpec::new);
    KINDS.put("Dropout", DropoutSpec::new);
    KINDS.put("Output", OutputSpec::new);
  }

  final ObjectNode json;
  final String type;
  private final int number;

  /**
   * Checks what all kinds share.
   *
   * @param number the layer's number, from 1
   * @param keys the keys that this kind knows beside {@code type} and {@code name}
   */
  LayerSpec(int number, ObjectNode json, String... keys) {
    this.number = number;
    this.json = json;
    this.type = json.get("type").asText();
    TreeSet<String> known = new TreeSet<>(Arrays.asList(keys));
    Collections.addAll(known, "type", "name");
    for (Iterator<String> names = json.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (!known.contains(name)) {
        throw invalid(
            "there is no setting \""
                + name
                + "\"; did you mean "
                + NearestName.of(name, known)
                + "?");
      }
    }
    if (json.hasNonNull("name") && !json.get("name").isTextual()) {
      throw invalid("name must be a string, but is " + json.get("name"));
    }
    Settings.checked(json, where());
  }

  static LayerSpec parse(int number, JsonNode json) {
    if (!(json instanceof ObjectNode) || !json.path("type").isTextual()) {
      throw new SparkDl4jException(
          ErrorCode.NETWORK_INVALID,
          "layer " + number + " must be an object with a \"type\", but is " + json);
    }
    String type = json.get("type").asText();
    Kind kind = KINDS.get(type);
    if (kind == null) {
      throw new SparkDl4jException(
              ErrorCode.NETWORK_INVALID,
              "layer "
                  + number
                  + ": there is no layer type \""
                  + type
                  + "\"; did you mean "
                  + NearestName.of(type, KINDS.keySet())
                  + "?")
          .with("layer", number);
    }
    return kind.parse(number, (ObjectNode) json);
  }

  /**
   * The shape of the output: {@code [height, width, channels]} or {@code [units]}.
   *
   * @throws SparkDl4jException NETWORK_DOES_NOT_FIT
   */
  abstract int[] outputShape(int[] input, int classes);

  /** The number of trained parameters. */
  long parameters(int[] input, int[] output) {
    return 0;
  }

  /** DL4J's configuration of the layer, or null when the settings make it do nothing. */
  abstract Layer toDl4j(Settings settings, int classes);

  /** The layer's name in DL4J: its own or {@code layer0}, {@code layer1} and so on. */
  String name() {
    return json.hasNonNull("name") ? json.get("name").asText() : "layer" + (number - 1);
  }

  /** Sets what every layer with weights has. Biases are never regularised. */
  <B extends BaseLayer.Builder<?>> B weights(B builder, Settings settings) {
    builder.weightInit(WeightInit.valueOf(settings.string(json, "weight_init").toUpperCase()));
    double l1 = settings.number(json, "l1");
    double l2 = settings.number(json, "l2");
    if (l1 > 0) builder.l1(l1);
    if (l2 > 0) builder.l2(l2);
    return builder;
  }

  Activation activation(Settings settings) {
    String name = settings.string(json, "activation");
    return name.equals("leaky_relu")
        ? Activation.LEAKYRELU
        : Activation.valueOf(name.toUpperCase());
  }

  int positive(String key) {
    JsonNode value = json.get(key);
    if (!isPositive(value)) {
      throw invalid(
          key + " must be an integer of at least 1, but is " + (value == null ? "absent" : value));
    }
    return value.intValue();
  }

  int[] pair(String key, int[] otherwise) {
    JsonNode value = json.get(key);
    if ((value == null || value.isNull()) && otherwise != null) return otherwise;
    if (value == null
        || !value.isArray()
        || value.size() != 2
        || !isPositive(value.get(0))
        || !isPositive(value.get(1))) {
      throw invalid(
          key
              + " must be [height, width] of at least 1 each, but is "
              + (value == null ? "absent" : value));
    }
    return new int[] {value.get(0).intValue(), value.get(1).intValue()};
  }

  boolean samePadding() {
    JsonNode value = json.get("padding");
    if (value == null || value.isNull()) return false;
    List<String> choices = Arrays.asList("valid", "same");
    if (!choices.contains(value.textValue())) {
      throw invalid("padding must be \"valid\" or \"same\", but is " + value);
    }
    return value.textValue().equals("same");
  }

  /** The output's height and width of a window that slides over an input with channels. */
  int[] slide(int[] input, int[] window, int[] stride, boolean same, int channels) {
    if (input.length != 3) {
      throw new SparkDl4jException(
              ErrorCode.NETWORK_INVALID,
              type + " must stand before the first Dense layer: layer " + number)
          .with("layer", number);
    }
    if (!same && (window[0] > input[0] || window[1] > input[1])) {
      throw doesNotFit(
          String.format(
              "%s %dx%d does not fit its %dx%d input",
              type, window[0], window[1], input[0], input[1]));
    }
    int[] output = new int[3];
    for (int i = 0; i < 2; i++) {
      output[i] = same ? (input[i] - 1) / stride[i] + 1 : (input[i] - window[i]) / stride[i] + 1;
    }
    output[2] = channels;
    return output;
  }

  SparkDl4jException invalid(String message) {
    return new SparkDl4jException(ErrorCode.NETWORK_INVALID, where() + ": " + message)
        .with("layer", number);
  }

  SparkDl4jException doesNotFit(String message) {
    return new SparkDl4jException(ErrorCode.NETWORK_DOES_NOT_FIT, message + ": layer " + number)
        .with("layer", number);
  }

  private String where() {
    return "layer " + number + " (" + type + ")";
  }

  private static boolean isPositive(JsonNode value) {
    return value != null
        && value.isIntegralNumber()
        && value.canConvertToInt()
        && value.intValue() >= 1;
  }
}
