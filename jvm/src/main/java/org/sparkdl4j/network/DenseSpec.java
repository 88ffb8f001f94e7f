package org.sparkdl4j.network;

import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/** {@code Dense}: fully connected, with bias and activation. */
final class DenseSpec extends LayerSpec {
  private final int units;

  DenseSpec(int number, ObjectNode json) {
    super(number, json, "units", "activation", "l1", "l2", "weight_init");
    units = positive("units");
  }

  @Override
  int[] outputShape(int[] input, int classes) {
    return new int[] {units};
  }

  @Override
  long parameters(int[] input, int[] output) {
    return denseParameters(input, output);
  }

  @Override
  Layer toDl4j(Settings settings, int classes) {
    return weights(new DenseLayer.Builder(), settings)
        .nOut(units)
        .activation(activation(settings))
        .build();
  }

  static long denseParameters(int[] input, int[] output) {
    long inputs = 1;
    for (int size : input) inputs = Math.multiplyExact(inputs, (long) size);
    return Math.addExact(Math.multiplyExact(inputs, (long) output[0]), output[0]);
  }
}
