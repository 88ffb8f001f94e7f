package org.sparkdl4j.network;

import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/** {@code Conv2D}: convolution with bias and activation. */
final class ConvolutionSpec extends LayerSpec {
  private final int filters;
  private final int[] kernel;
  private final int[] stride;
  private final boolean same;

  ConvolutionSpec(int number, ObjectNode json) {
    super(
        number,
        json,
        "filters",
        "kernel_size",
        "stride",
        "padding",
        "activation",
        "l1",
        "l2",
        "weight_init");
    filters = positive("filters");
    kernel = pair("kernel_size", null);
    stride = pair("stride", new int[] {1, 1});
    same = samePadding();
  }

  @Override
  int[] outputShape(int[] input, int classes) {
    return slide(input, kernel, stride, same, filters);
  }

  @Override
  long parameters(int[] input, int[] output) {
    long weights = Math.multiplyExact((long) kernel[0] * kernel[1], (long) input[2]);
    return Math.addExact(Math.multiplyExact(weights, (long) filters), filters);
  }

  @Override
  Layer toDl4j(Settings settings, int classes) {
    return weights(new ConvolutionLayer.Builder(kernel), settings)
        .stride(stride)
        .nOut(filters)
        .convolutionMode(same ? ConvolutionMode.Same : ConvolutionMode.Truncate)
        .activation(activation(settings))
        .build();
  }
}
