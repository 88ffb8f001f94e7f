package org.sparkdl4j.spec;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;

/**
 * Values of one group of options ("training", "network", "augmentation", …), checked against {@code
 * spec/options.json}, the one home of their names, types, bounds and defaults.
 */
public final class Options {
  private static final ObjectNode CONTRACT = Json.contract("options.json");

  private final JsonNode group;
  private final JsonNode values;

  /**
   * Checks values.
   *
   * @param group the group's name
   * @param values the values by option name (snake_case); what is absent or null takes its default
   * @throws SparkDl4jException PARAMETER_UNKNOWN, PARAMETER_TYPE or PARAMETER_RANGE
   */
  public Options(String group, JsonNode values) {
    this.group = CONTRACT.get(group);
    this.values = values;
    Iterator<Map.Entry<String, JsonNode>> fields = values.fields();
    while (fields.hasNext()) {
      Map.Entry<String, JsonNode> field = fields.next();
      if (!this.group.has(field.getKey())) {
        throw new SparkDl4jException(
                ErrorCode.PARAMETER_UNKNOWN,
                "there is no option "
                    + field.getKey()
                    + "; did you mean "
                    + NearestName.of(field.getKey(), names(group))
                    + "?")
            .with("parameter", field.getKey());
      }
      if (!field.getValue().isNull())
        check(field.getKey(), field.getValue(), this.group.get(field.getKey()));
    }
  }

  /** The names of a group's options, in the order of the contract. */
  public static List<String> names(String group) {
    List<String> names = new ArrayList<>();
    CONTRACT.get(group).fieldNames().forEachRemaining(names::add);
    return names;
  }

  /** Whether an option of any group is true or false; its name may stand after the group's. */
  public static boolean isBoolean(String name) {
    for (Iterator<Map.Entry<String, JsonNode>> groups = CONTRACT.fields(); groups.hasNext(); ) {
      Map.Entry<String, JsonNode> group = groups.next();
      String prefix = group.getKey() + "_";
      String own = name.startsWith(prefix) ? name.substring(prefix.length()) : name;
      if (group.getValue().path(own).path("type").asText().equals("boolean")) return true;
    }
    return false;
  }

  /** The contract of one option: type, bounds, choices, default, doc. */
  public static JsonNode option(String group, String name) {
    return CONTRACT.get(group).get(name);
  }

  /** Whether the option was given a value, rather than left to its default. */
  public boolean isSet(String name) {
    return values.hasNonNull(name);
  }

  public int integer(String name) {
    return value(name).asInt();
  }

  public double number(String name) {
    return value(name).asDouble();
  }

  public String string(String name) {
    return value(name).asText();
  }

  public boolean bool(String name) {
    return value(name).asBoolean();
  }

  /** Weights by class, or "balanced"; JSON's null for none. */
  public JsonNode weights(String name) {
    return value(name);
  }

  private JsonNode value(String name) {
    if (!group.has(name)) throw new IllegalArgumentException(name);
    if (isSet(name)) return values.get(name);
    JsonNode value = group.get(name).get("default");
    if (value == null) {
      throw new SparkDl4jException(ErrorCode.PARAMETER_TYPE, name + " must be given")
          .with("parameter", name);
    }
    return value;
  }

  private static void check(String name, JsonNode value, JsonNode option) {
    String type = option.get("type").asText();
    if (type.equals("weights")) {
      checkWeights(name, value);
      return;
    }
    if (!isOfType(type, value)) {
      throw new SparkDl4jException(
              ErrorCode.PARAMETER_TYPE, name + " must be of type " + type + ", but is " + value)
          .with("parameter", name);
    }
    if (option.has("choices")) {
      for (JsonNode choice : option.get("choices")) {
        if (choice.equals(value)) return;
      }
      throw range(name, value, "one of " + option.get("choices"));
    }
    if (value.isNumber()) checkBounds(name, value, option);
  }

  /** "balanced", or weights by class. */
  private static void checkWeights(String name, JsonNode value) {
    if (value.isTextual() && value.asText().equals("balanced")) return;
    if (!value.isObject()) {
      throw new SparkDl4jException(
              value.isTextual() ? ErrorCode.PARAMETER_RANGE : ErrorCode.PARAMETER_TYPE,
              name + " must be \"balanced\" or weights by class, but is " + value)
          .with("parameter", name);
    }
    Iterator<Map.Entry<String, JsonNode>> fields = value.fields();
    while (fields.hasNext()) {
      Map.Entry<String, JsonNode> field = fields.next();
      JsonNode weight = field.getValue();
      String found = ", but that of " + field.getKey() + " is " + weight;
      if (!weight.isNumber()) {
        throw new SparkDl4jException(ErrorCode.PARAMETER_TYPE, name + " must hold numbers" + found)
            .with("parameter", name);
      }
      // Written so that NaN fails too.
      if (!(weight.asDouble() >= 0 && weight.asDouble() <= Float.MAX_VALUE)) {
        throw new SparkDl4jException(
                ErrorCode.PARAMETER_RANGE, name + " must be finite and at least 0" + found)
            .with("parameter", name);
      }
    }
  }

  private static boolean isOfType(String type, JsonNode value) {
    switch (type) {
      case "integer":
        return value.isIntegralNumber() && value.canConvertToInt();
      case "number":
        return value.isNumber();
      case "boolean":
        return value.isBoolean();
      default:
        return value.isTextual();
    }
  }

  private static void checkBounds(String name, JsonNode value, JsonNode option) {
    double number = value.asDouble();
    // Written so that NaN fails every bound.
    if (option.has("minimum") && !(number >= option.get("minimum").asDouble())) {
      throw range(name, value, "at least " + option.get("minimum"));
    }
    if (option.has("exclusive_minimum") && !(number > option.get("exclusive_minimum").asDouble())) {
      throw range(name, value, "above " + option.get("exclusive_minimum"));
    }
    if (option.has("maximum") && !(number <= option.get("maximum").asDouble())) {
      throw range(name, value, "at most " + option.get("maximum"));
    }
    if (option.has("exclusive_maximum") && !(number < option.get("exclusive_maximum").asDouble())) {
      throw range(name, value, "below " + option.get("exclusive_maximum"));
    }
  }

  private static SparkDl4jException range(String name, JsonNode value, String bound) {
    return new SparkDl4jException(
            ErrorCode.PARAMETER_RANGE, name + " must be " + bound + ", but is " + value)
        .with("parameter", name);
  }
}
