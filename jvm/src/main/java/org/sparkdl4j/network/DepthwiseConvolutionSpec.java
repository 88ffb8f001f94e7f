package org.sparkdl4j.network;

import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.Layer;

/** {@code DepthwiseConv2D}: some filters of its own for every channel. */
final class DepthwiseConvolutionSpec extends PlainLayerSpec {
  private final int depthMultiplier;
  private final boolean hasBias;
  private final SlidingWindow window;

  DepthwiseConvolutionSpec(LayerJson json) {
    super(
        json,
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
    window = SlidingWindow.ofConvolution(json);
    depthMultiplier = json.positive("depth_multiplier", 1);
    hasBias = json.flag("use_bias", true);
  }

  @Override
  int[] outputShape(int[] input, int classes) {
    return window.outputShape(input, Math.multiplyExact(Shape.channels(input), depthMultiplier));
  }

  @Override
  long parameters(int[] input, int classes) {
    long filters = Math.multiplyExact((long) Shape.channels(input), (long) depthMultiplier);
    return Math.multiplyExact(filters, window.places() + (hasBias ? 1 : 0));
  }

  @Override
  Layer toDl4j(Settings settings, int[] input, int classes) {
    int[] output = outputShape(input, classes);
    return layer(json, window, depthMultiplier, hasBias, settings, output);
  }

  /** DL4J's layer. */
  static Layer layer(
      LayerJson json,
      SlidingWindow window,
      int depthMultiplier,
      boolean hasBias,
      Settings settings,
      int[] output) {
    DepthwiseConvolution2D.Builder builder =
        new DepthwiseConvolution2D.Builder(window.size)
            .stride(window.stride)
            .dilation(window.dilation)
            .convolutionMode(window.mode())
            .depthMultiplier(depthMultiplier)
            .hasBias(hasBias);
    Weights.set(builder, json, settings);
    return builder
        .activation(Activations.of(json, settings.string(json, "activation"), output))
        .build();
  }
}
