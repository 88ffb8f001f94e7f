package org.sparkdl4j.network;

import org.deeplearning4j.nn.conf.dropout.Dropout;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/** {@code Dropout}: drops a share of its input's activations in training, where it stands. */
final class DropoutSpec extends LayerSpec {
  DropoutSpec(int number, ObjectNode json) {
    super(number, json, "rate");
    JsonNode rate = json.get("rate");
    if (rate == null || rate.isNull()) return;
    if (!rate.isNumber() || !(rate.asDouble() >= 0 && rate.asDouble() < 1)) {
      throw invalid("rate must be at least 0 and below 1, but is " + rate);
    }
  }

  @Override
  int[] outputShape(int[] input, int classes) {
    return input;
  }

  @Override
  Layer toDl4j(Settings settings, int classes) {
    double rate =
        json.hasNonNull("rate") ? json.get("rate").asDouble() : settings.number("dropout");
    // DL4J counts the share that is retained, and refuses to build a layer that drops nothing.
    return rate == 0 ? null : new DropoutLayer.Builder(new Dropout(1 - rate)).build();
  }
}
