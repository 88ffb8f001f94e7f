package org.sparkdl4j.network;

import org.deeplearning4j.nn.conf.dropout.Dropout;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;

/** {@code Dropout}: drops a share of its input's activations in training, where it stands. */
final class DropoutSpec extends SingleInputSpec {
  /** The share dropped, or null for the option {@code dropout}. */
  private final Double rate;

  DropoutSpec(LayerJson json) {
    super(json, "rate");
    rate = json.has("rate") ? Double.valueOf(json.number("rate")) : null;
    if (rate != null && !(rate >= 0 && rate < 1)) {
      throw json.invalid("rate must be at least 0 and below 1, but is " + json.value("rate"));
    }
  }

  @Override
  int[] outputShape(int[] input, int classes) {
    return input;
  }

  @Override
  VertexOutput expand(Expansion target, VertexOutput input) {
    double share = rate == null ? target.settings.number("dropout") : rate;
    // DL4J counts the share that is retained, and refuses to build a layer that drops nothing.
    if (share == 0) return input;
    DropoutLayer layer = new DropoutLayer.Builder(new Dropout(1 - share)).build();
    return target.layer(name(), layer, input.shape, input);
  }
}
