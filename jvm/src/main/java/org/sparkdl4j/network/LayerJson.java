package org.sparkdl4j.network;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.spec.NearestName;

/** The JSON object of one layer: its values, and what is wrong with them. */
final class LayerJson {
  final String type;
  final Place place;
  private final ObjectNode values;

  /**
   * Wraps an object.
   *
   * @throws SparkDl4jException NETWORK_INVALID when the JSON is no object with a type
   */
  LayerJson(Place place, JsonNode json) {
    this.place = place;
    if (!(json instanceof ObjectNode) || !json.path("type").isTextual()) {
      throw error(
          ErrorCode.NETWORK_INVALID,
          "layer " + place.number + " must be an object with a \"type\", but is " + json);
    }
    values = (ObjectNode) json;
    type = json.get("type").asText();
  }

  /** Checks that every key is one of these, "type", "name" or "inputs", and the shared values. */
  void check(String... keys) {
    TreeSet<String> known = new TreeSet<>(Arrays.asList(keys));
    Collections.addAll(known, "type", "name", "inputs");
    for (Iterator<String> names = values.fieldNames(); names.hasNext(); ) {
      String key = names.next();
      if (known.contains(key)) continue;
      throw invalid(
          "there is no setting \"" + key + "\"; did you mean " + NearestName.of(key, known) + "?");
    }
    if (values.hasNonNull("name")) {
      JsonNode name = values.get("name");
      if (!name.isTextual()) throw invalid("name must be a string, but is " + name);
      if (name.asText().equals(LayerList.INPUT)) {
        throw invalid("the name input is that of the pictures");
      }
      if (name.asText().contains("/")) {
        throw invalid("name must not hold a slash, which names parts of layers, but is " + name);
      }
    }
    Settings.checked(values, where());
  }

  /** The value, or null. */
  JsonNode value(String key) {
    return has(key) ? values.get(key) : null;
  }

  boolean has(String key) {
    return values.hasNonNull(key);
  }

  /** The layer's name in its list: its own or {@code layer0}, {@code layer1} and so on. */
  String name() {
    return text("name", place.defaultName);
  }

  /** The names that {@code inputs} lists, or null without it. */
  List<String> inputs() {
    if (!has("inputs")) return null;
    JsonNode list = values.get("inputs");
    List<String> names = new ArrayList<>();
    for (JsonNode name : list) names.add(name.textValue());
    if (!list.isArray() || names.isEmpty() || names.contains(null)) {
      throw invalid("inputs must be a list of layers' names, but is " + list);
    }
    return names;
  }

  JsonNode array(String key) {
    JsonNode value = values.get(key);
    if (value != null && value.isArray()) return value;
    throw wrong(key, "a list of layers");
  }

  String text(String key, String otherwise) {
    return has(key) ? values.get(key).asText() : otherwise;
  }

  boolean flag(String key, boolean otherwise) {
    if (!has(key)) return otherwise;
    if (!values.get(key).isBoolean()) throw wrong(key, "true or false");
    return values.get(key).booleanValue();
  }

  /** One of a few strings; the first unless one is given. */
  String choice(String key, String... choices) {
    if (!has(key)) return choices[0];
    String value = values.get(key).textValue();
    if (Arrays.asList(choices).contains(value)) return value;
    throw wrong(
        key,
        Arrays.stream(choices)
            .map(choice -> "\"" + choice + "\"")
            .collect(Collectors.joining(" or ")));
  }

  /** Whether the padding is "same" rather than "valid". */
  boolean samePadding() {
    return choice("padding", "valid", "same").equals("same");
  }

  double number(String key) {
    JsonNode value = values.get(key);
    if (value == null || !value.isNumber()) throw wrong(key, "a number");
    return value.asDouble();
  }

  double number(String key, double otherwise) {
    return has(key) ? number(key) : otherwise;
  }

  double[] numbers(String key) {
    JsonNode list = values.get(key);
    boolean fits = list != null && list.isArray() && list.size() > 0;
    double[] numbers = new double[fits ? list.size() : 0];
    for (int i = 0; i < numbers.length; i++) {
      fits &= list.get(i).isNumber();
      numbers[i] = list.get(i).asDouble();
    }
    if (!fits) throw wrong(key, "a list of numbers");
    return numbers;
  }

  int positive(String key) {
    if (isAtLeast(1, values.get(key))) return values.get(key).intValue();
    throw wrong(key, "an integer of at least 1");
  }

  int positive(String key, int otherwise) {
    return has(key) ? positive(key) : otherwise;
  }

  int[] pair(String key) {
    return integers(key, "[height, width] of at least 1 each", 2, 1);
  }

  int[] pair(String key, int[] otherwise) {
    return has(key) ? pair(key) : otherwise;
  }

  /** So many integers. */
  int[] integers(String key, String wanted, int count, int least) {
    JsonNode list = values.get(key);
    boolean fits = list != null && list.isArray() && list.size() == count;
    int[] integers = new int[count];
    for (int i = 0; fits && i < count; i++) {
      fits = isAtLeast(least, list.get(i));
      integers[i] = list.get(i).intValue();
    }
    if (!fits) throw wrong(key, wanted);
    return integers;
  }

  /** There is no such type of layer. */
  SparkDl4jException unknownType(String nearest) {
    return error(
        ErrorCode.NETWORK_INVALID,
        String.format(
            "layer %s: there is no layer type \"%s\"; did you mean %s?",
            place.number, type, nearest));
  }

  /** The layer's description is wrong, whatever its input. */
  SparkDl4jException invalid(String message) {
    return error(ErrorCode.NETWORK_INVALID, where() + ": " + message);
  }

  /** The layer cannot take an input that has units rather than height, width and channels. */
  SparkDl4jException takesImages(int[] input) {
    return error(
        ErrorCode.NETWORK_INVALID,
        String.format(
            "%s takes images, but gets %d units: layer %s", type, input[0], place.number));
  }

  /** The layer cannot take the shape of its input. */
  SparkDl4jException doesNotFit(String message) {
    return error(ErrorCode.NETWORK_DOES_NOT_FIT, message + ": layer " + place.number);
  }

  private SparkDl4jException wrong(String key, String wanted) {
    return invalid(
        key + " must be " + wanted + ", but is " + (has(key) ? values.get(key) : "absent"));
  }

  private SparkDl4jException error(ErrorCode code, String message) {
    return new SparkDl4jException(code, message).with("layer", place.layer);
  }

  private String where() {
    return "layer " + place.number + " (" + type + ")";
  }

  private static boolean isAtLeast(int least, JsonNode value) {
    return value != null
        && value.isIntegralNumber()
        && value.canConvertToInt()
        && value.intValue() >= least;
  }
}
