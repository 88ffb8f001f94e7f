package org.sparkdl4j.network;

import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.sparkdl4j.error.SparkDl4jException;

/** A window that slides over height and width of an image. */
final class SlidingWindow {
  final int[] size;
  final int[] stride;
  final int[] dilation;
  private final LayerJson layer;
  private final boolean same;

  private SlidingWindow(LayerJson layer, int[] size, int[] stride, int[] dilation) {
    this.layer = layer;
    this.size = size;
    this.stride = stride;
    this.dilation = dilation;
    same = layer.samePadding();
  }

  /** From the keys {@code kernel_size, stride, dilation, padding}. */
  static SlidingWindow ofConvolution(LayerJson layer) {
    int[] one = {1, 1};
    return new SlidingWindow(
        layer, layer.pair("kernel_size"), layer.pair("stride", one), layer.pair("dilation", one));
  }

  /** From the keys {@code pool_size, stride, padding}. */
  static SlidingWindow ofPooling(LayerJson layer) {
    int[] size = layer.pair("pool_size", new int[] {2, 2});
    return new SlidingWindow(layer, size, layer.pair("stride", size), new int[] {1, 1});
  }

  /** The places in the window. */
  long places() {
    return (long) size[0] * size[1];
  }

  ConvolutionMode mode() {
    return same ? ConvolutionMode.Same : ConvolutionMode.Truncate;
  }

  /**
   * The shape of the output.
   *
   * @throws SparkDl4jException NETWORK_INVALID when the input is no image, NETWORK_DOES_NOT_FIT
   *     when it is smaller than the window
   */
  int[] outputShape(int[] input, int channels) {
    if (!Shape.isImage(input)) throw layer.takesImages(input);
    int[] output = {0, 0, channels};
    for (int i = 0; i < 2; i++) {
      long extent = (size[i] - 1L) * dilation[i] + 1;
      if (!same && extent > input[i]) throw doesNotFit(input);
      long last = same ? input[i] - 1 : input[i] - extent;
      output[i] = (int) (last / stride[i]) + 1;
    }
    return output;
  }

  private SparkDl4jException doesNotFit(int[] input) {
    boolean dilated = dilation[0] > 1 || dilation[1] > 1;
    return layer.doesNotFit(
        String.format(
            "%s %s%s does not fit its %s input",
            layer.type,
            Shape.text(size),
            dilated ? " dilated " + Shape.text(dilation) : "",
            Shape.text(input[0], input[1])));
  }
}
