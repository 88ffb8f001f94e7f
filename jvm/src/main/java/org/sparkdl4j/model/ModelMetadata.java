package org.sparkdl4j.model;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.StreamSupport;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.node.ArrayNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.plan.CoreOptions;
import org.sparkdl4j.spec.Json;
import org.sparkdl4j.spec.Options;

/** What a model file says in words about its model. */
public final class ModelMetadata {
  private final String version;
  private final ObjectNode network;
  private final ArrayNode labels;
  private final String labelType;
  private final ObjectNode training;
  private final String tuning;

  private ModelMetadata(
      String version,
      ObjectNode network,
      ArrayNode labels,
      String labelType,
      ObjectNode training,
      String tuning) {
    this.version = version;
    this.network = network;
    this.labels = labels;
    this.labelType = labelType;
    this.training = training;
    this.tuning = tuning;
    checkLabels();
  }

  /**
   * Metadata of a new model.
   *
   * @param network the network's description, or null where there is none
   * @param labels at least two labels, all different and of one type, in the order of the network's
   *     outputs
   * @param training summary, options and history as the caller wants to find them again
   * @param tuning the choice of formats that the network was trained with; null for the rule's
   * @throws SparkDl4jException DATA_ONE_CLASS, DATA_LABELS
   */
  public ModelMetadata(ObjectNode network, ArrayNode labels, ObjectNode training, String tuning) {
    this(
        currentVersion(),
        network == null ? null : network.deepCopy(),
        labels.deepCopy(),
        typeOf(labels),
        training.deepCopy(),
        tuning);
  }

  /** Reads what {@link #toJson} wrote. */
  static ModelMetadata fromJson(ObjectNode json) {
    JsonNode network = json.path("network");
    ArrayNode labels = json.withArray("labels");
    String type = typeOf(labels);
    String declared = json.path("label_type").asText();
    // JSON knows no difference between the numbers 1 and 1.0.
    if (!type.equals(declared) && !(type.equals("integer") && declared.equals("number"))) {
      throw new SparkDl4jException(
          ErrorCode.DATA_LABELS, "the labels are of the type " + type + ", not " + declared);
    }
    return new ModelMetadata(
        json.path("version").asText(),
        network.isObject() ? (ObjectNode) network : null,
        labels,
        declared,
        json.with("training"),
        json.path("tuning").textValue());
  }

  ObjectNode toJson() {
    ObjectNode json = Json.object().put("version", version);
    json.set("network", network);
    json.set("labels", labels);
    json.put("label_type", labelType);
    json.set("training", training);
    return json.put("tuning", tuning);
  }

  /** The version of the library that wrote the model. */
  public String version() {
    return version;
  }

  /** The network's description, or null. */
  public ObjectNode network() {
    return network == null ? null : network.deepCopy();
  }

  /** The labels in the order of the network's outputs, with the JSON type that they had. */
  public ArrayNode labels() {
    return labels.deepCopy();
  }

  /** {@code string}, {@code integer}, {@code number} or {@code boolean}. */
  public String labelType() {
    return labelType;
  }

  /** What the caller wanted to find again: summary, options, history. */
  public ObjectNode training() {
    return training.deepCopy();
  }

  /** Whether the output layer has learned something; a network may be imported without its top. */
  boolean hasTop() {
    return training.path("imported").path("has_top").asBoolean(true);
  }

  /** The choice of formats that the network was trained with; null for the rule's. */
  public String tuning() {
    return tuning;
  }

  /**
   * How to compute the network so that it rounds as in training: of the precision among the
   * training's options, with the tuning.
   *
   * @throws SparkDl4jException PARAMETER_TYPE, PARAMETER_RANGE for a precision that is none
   */
  CoreOptions coreOptions() {
    ObjectNode precision = Json.object();
    precision.set("precision", training.path("options").get("precision"));
    return new CoreOptions(new Options("training", precision).string("precision"), 0, 0, tuning);
  }

  private void checkLabels() {
    if (labels.size() < 2) {
      throw new SparkDl4jException(
          ErrorCode.DATA_ONE_CLASS,
          "a classifier needs at least two labels, but there are " + labels.size());
    }
    Set<JsonNode> seen = new HashSet<>();
    for (JsonNode label : labels) {
      if (!seen.add(label)) {
        throw new SparkDl4jException(
            ErrorCode.DATA_LABELS, "the label " + label + " is there twice");
      }
    }
  }

  private static String typeOf(ArrayNode labels) {
    if (all(labels, JsonNode::isTextual)) return "string";
    if (all(labels, JsonNode::isIntegralNumber)) return "integer";
    if (all(labels, JsonNode::isNumber)) return "number";
    if (all(labels, JsonNode::isBoolean)) return "boolean";
    throw new SparkDl4jException(
        ErrorCode.DATA_LABELS,
        "labels must be all strings, all numbers or all booleans, but are " + labels);
  }

  private static boolean all(ArrayNode labels, Predicate<JsonNode> condition) {
    return StreamSupport.stream(labels.spliterator(), false).allMatch(condition);
  }

  private static String currentVersion() {
    try (InputStream in = ModelMetadata.class.getResourceAsStream("/org/sparkdl4j/VERSION")) {
      if (in == null) return "unknown";
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).trim();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
