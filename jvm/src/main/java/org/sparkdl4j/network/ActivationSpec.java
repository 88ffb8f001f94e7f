package org.sparkdl4j.network;

import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.nd4j.linalg.activations.impl.ActivationLReLU;

/** {@code Activation}: a function of every value. */
final class ActivationSpec extends PlainLayerSpec {
  /** Of leaky ReLU, or null for DL4J's. */
  private final Double slope;

  ActivationSpec(LayerJson json) {
    super(json, "activation", "slope");
    if (!json.has("activation")) throw json.invalid("activation must be given");
    slope = json.has("slope") ? Double.valueOf(json.number("slope")) : null;
    if (slope != null && !json.text("activation", "").equals("leaky_relu")) {
      throw json.invalid("only leaky_relu has a slope: leave it out");
    }
  }

  @Override
  int[] outputShape(int[] input, int classes) {
    return input;
  }

  @Override
  Layer toDl4j(Settings settings, int[] input, int classes) {
    if (slope != null) return new ActivationLayer(new ActivationLReLU(slope));
    return new ActivationLayer.Builder()
        .activation(Activations.of(json, settings.string(json, "activation"), input))
        .build();
  }
}
