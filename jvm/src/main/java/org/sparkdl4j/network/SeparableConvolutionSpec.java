package org.sparkdl4j.network;

import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;

/** {@code SeparableConv2D}: a depthwise convolution, and a 1x1 convolution that mixes channels. */
final class SeparableConvolutionSpec extends PlainLayerSpec {
  private final int filters;
  private final int depthMultiplier;
  private final boolean hasBias;
  private final SlidingWindow window;

  SeparableConvolutionSpec(LayerJson json) {
    super(
        json,
        "filters",
        "kernel_size",
        "stride",
        "padding",
        "dilation",
        "depth_multiplier",
        "use_bias",
        "activation",
        "l1",
        "l2",
        "weight_init");
    filters = json.positive("filters");
    window = SlidingWindow.ofConvolution(json);
    depthMultiplier = json.positive("depth_multiplier", 1);
    hasBias = json.flag("use_bias", true);
  }

  @Override
  int[] outputShape(int[] input, int classes) {
    return window.outputShape(input, filters);
  }

  @Override
  long parameters(int[] input, int classes) {
    long depth = Math.multiplyExact((long) Shape.channels(input), (long) depthMultiplier);
    long weights = Math.multiplyExact(depth, Math.addExact(window.places(), (long) filters));
    return Math.addExact(weights, hasBias ? filters : 0);
  }

  @Override
  Layer toDl4j(Settings settings, int[] input, int classes) {
    SeparableConvolution2D.Builder builder =
        new SeparableConvolution2D.Builder(window.size)
            .stride(window.stride)
            .dilation(window.dilation)
            .convolutionMode(window.mode())
            .depthMultiplier(depthMultiplier)
            .hasBias(hasBias)
            .nOut(filters);
    int[] output = outputShape(input, classes);
    return Weights.set(builder, json, settings)
        .activation(Activations.of(json, settings.string(json, "activation"), output))
        .build();
  }
}
