package org.sparkdl4j.network;

import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.spec.Json;
import org.sparkdl4j.spec.Options;

/**
 * The settings that layer, network and options share, each taken from the first of these three that
 * sets it. Network and options must not both set one: it would be unclear which was meant.
 */
final class Settings {
  private final Options network;
  private final Options options;

  Settings(ObjectNode network, Options options) {
    this.network = checked(network, "network");
    this.options = options;
    for (String name : Options.names("network")) {
      if (this.network.isSet(name) && options.isSet(name)) {
        throw new SparkDl4jException(
                ErrorCode.PARAMETER_CONFLICT,
                name + " is set both in the network and as an option: leave one out")
            .with("parameter", name);
      }
    }
  }

  /** The settings among an object's fields, checked for type and bounds. */
  static Options checked(ObjectNode json, String where) {
    ObjectNode settings = Json.object();
    for (String name : Options.names("network")) {
      if (json.hasNonNull(name)) settings.set(name, json.get(name));
    }
    try {
      return new Options("network", settings);
    } catch (SparkDl4jException e) {
      throw new SparkDl4jException(ErrorCode.NETWORK_INVALID, where + ": " + e.getMessage(), e);
    }
  }

  double number(String name) {
    return source(name).number(name);
  }

  String string(String name) {
    return source(name).string(name);
  }

  double number(LayerJson layer, String name) {
    JsonNode own = layer.value(name);
    return own == null ? number(name) : own.asDouble();
  }

  String string(LayerJson layer, String name) {
    JsonNode own = layer.value(name);
    return own == null ? string(name) : own.asText();
  }

  private Options source(String name) {
    return network.isSet(name) ? network : options;
  }
}
