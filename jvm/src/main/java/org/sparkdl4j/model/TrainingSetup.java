package org.sparkdl4j.model;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.node.ArrayNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.dataset.StandardScaler;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.spec.Json;
import org.sparkdl4j.spec.Options;
import org.sparkdl4j.training.TrainingOptions;

/** All that a training must have in common with the one whose checkpoint it goes on from. */
final class TrainingSetup {
  /** What may differ: how long, and what does not change what is computed. */
  private static final Set<String> FREE = Set.of("epochs", "threads", "memory_limit", "tune");

  private static final String PLATEAU = "reduce_on_plateau";
  private static final String PRETRAINED = "pretrained";

  private final ObjectNode json = Json.object();

  TrainingSetup(
      String place,
      ObjectNode network,
      ObjectNode networkOptions,
      ObjectNode trainingOptions,
      ArrayNode labels,
      ObjectNode image,
      StandardScaler scaler) {
    json.put("place", place);
    json.set("network", network);
    json.set("labels", labels);
    json.set("image", image);
    json.set("scaler", scaler.toJson());
    ObjectNode options = json.putObject("options");
    // A schedule of the learning rate over the whole run belongs to every part of it.
    boolean needsEpochs = !new TrainingOptions(trainingOptions).canBeProlonged();
    add(options, "network", networkOptions, needsEpochs);
    add(options, "training", trainingOptions, needsEpochs);
    JsonNode augmentation = trainingOptions.path(TrainingOptions.AUGMENTATION);
    add(json.putObject(TrainingOptions.AUGMENTATION), "augmentation", augmentation, false);
  }

  /**
   * Adds when the learning rate is reduced on a plateau.
   *
   * @param options of the group "reduce_on_plateau", those given
   */
  void reduceOnPlateau(ObjectNode options) {
    ObjectNode all = json.putObject(PLATEAU);
    for (String name : Options.names(PLATEAU)) {
      JsonNode value = options.path(name);
      if (value.isMissingNode() || value.isNull()) {
        value = Options.option(PLATEAU, name).path("default");
      }
      all.put(name, value.asText());
    }
  }

  /**
   * Adds what the training began with.
   *
   * @param parameters a checksum of those of a pretrained network
   */
  void pretrained(String parameters) {
    json.put(PRETRAINED, parameters);
  }

  ObjectNode toJson() {
    return json;
  }

  /**
   * Compares with the setup of a checkpoint.
   *
   * @throws SparkDl4jException CHECKPOINT_MISMATCH
   */
  void requireSame(ObjectNode other) {
    if (differs(other, "place")) {
      throw mismatch(
          "was written by a training on " + other.path("place").asText(),
          "this one is on " + json.get("place").asText());
    }
    if (differs(other, "network")) throw mismatch("is of another network", "resume with that one");
    if (differs(other, "labels")) {
      throw mismatch(
          "is of the classes " + other.get("labels"), "now they are " + json.get("labels"));
    }
    if (differs(other, "image") || differs(other, "scaler")) {
      throw mismatch(
          "is of other pictures (size, means or scales differ)", "resume with the same ones");
    }
    if (!json.path(PLATEAU).toString().equals(other.path(PLATEAU).toString())) {
      throw mismatch("was written with " + reduction(other), "now there is " + reduction(json));
    }
    if (!json.path(PRETRAINED).equals(other.path(PRETRAINED))) {
      throw mismatch(
          json.has(PRETRAINED)
              ? "began with another pretrained model, or with none"
              : "began with a pretrained model",
          "resume with what it began with");
    }
    for (String group : new String[] {"training", "network"}) {
      for (String name : Options.names(group)) requireSame(other, "options", name, name);
    }
    for (String name : Options.names("augmentation")) {
      requireSame(other, TrainingOptions.AUGMENTATION, name, "the augmentation's " + name);
    }
  }

  private void requireSame(ObjectNode other, String object, String name, String shown) {
    JsonNode before = other.path(object).path(name);
    JsonNode now = json.path(object).path(name);
    if (before.equals(now)) return;
    throw mismatch(
            "was written with " + shown + " " + text(before),
            shown + " is " + text(now) + " now: resume with the same value")
        .with("parameter", name);
  }

  private boolean differs(ObjectNode other, String name) {
    // As text: what was read may have other types of numbers than what was made.
    return !json.get(name).toString().equals(String.valueOf(other.get(name)));
  }

  private static void add(ObjectNode options, String group, JsonNode given, boolean needsEpochs) {
    for (String name : Options.names(group)) {
      if (FREE.contains(name) && !(name.equals("epochs") && needsEpochs)) continue;
      JsonNode value = given.path(name);
      // A network's options fill what the network leaves unset, so there a default says nothing.
      if (isMissing(value) && !group.equals("network")) {
        value = Options.option(group, name).path("default");
      }
      if (value.isObject()) options.put(name, weights(value));
      else if (!isMissing(value)) options.put(name, value.asText());
    }
  }

  private static boolean isMissing(JsonNode value) {
    return value.isMissingNode() || value.isNull();
  }

  /** The same for the same weights, in whichever order they were given. */
  private static String weights(JsonNode ofClasses) {
    Map<String, Double> sorted = new TreeMap<>();
    ofClasses
        .fields()
        .forEachRemaining(field -> sorted.put(field.getKey(), field.getValue().asDouble()));
    return sorted.toString();
  }

  private static String reduction(ObjectNode setup) {
    JsonNode options = setup.path(PLATEAU);
    String what = "reduction of the learning rate on a plateau";
    return options.isMissingNode() ? "no " + what : "the " + what + " " + options;
  }

  private static String text(JsonNode value) {
    return value.isMissingNode() ? "left out" : value.asText();
  }

  private static SparkDl4jException mismatch(String what, String now) {
    return new SparkDl4jException(
        ErrorCode.CHECKPOINT_MISMATCH, "the checkpoint " + what + ", but " + now);
  }
}
