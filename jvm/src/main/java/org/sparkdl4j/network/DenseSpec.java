package org.sparkdl4j.network;

import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;

/** {@code Dense}: fully connected, with bias and activation. */
final class DenseSpec extends PlainLayerSpec {
  private final int units;
  private final boolean hasBias;

  DenseSpec(LayerJson json) {
    super(json, "units", "use_bias", "activation", "l1", "l2", "weight_init");
    units = json.positive("units");
    hasBias = json.flag("use_bias", true);
  }

  @Override
  int[] outputShape(int[] input, int classes) {
    return new int[] {units};
  }

  @Override
  long parameters(int[] input, int classes) {
    return parameters(input, units, hasBias);
  }

  @Override
  Layer toDl4j(Settings settings, int[] input, int classes) {
    int[] output = outputShape(input, classes);
    return Weights.set(new DenseLayer.Builder(), json, settings)
        .nOut(units)
        .hasBias(hasBias)
        .activation(Activations.of(json, settings.string(json, "activation"), output))
        .build();
  }

  /** The parameters of a fully connected layer. */
  static long parameters(int[] input, int units, boolean hasBias) {
    long weights = Math.multiplyExact(Shape.size(input), (long) units);
    return Math.addExact(weights, hasBias ? units : 0);
  }
}
