package org.sparkdl4j.network;

import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.Layer;

/** {@code Activation}: a function of every value. */
final class ActivationSpec extends PlainLayerSpec {
  ActivationSpec(LayerJson json) {
    super(json, "activation");
    if (!json.has("activation")) throw json.invalid("activation must be given");
  }

  @Override
  int[] outputShape(int[] input, int classes) {
    return input;
  }

  @Override
  Layer toDl4j(Settings settings, int[] input, int classes) {
    return new ActivationLayer.Builder()
        .activation(Activations.of(json, settings.string(json, "activation"), input))
        .build();
  }
}
