package org.sparkdl4j.plan;

import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;

/** What a layer says of its window, whatever it slides over; each {@code [height, width]}. */
final class WindowSettings {
  /** One value after the other. */
  static final WindowSettings SINGLE =
      new WindowSettings(
          new int[] {1, 1}, new int[] {1, 1}, new int[] {1, 1}, new int[] {0, 0}, false);

  final int[] kernel;
  final int[] stride;
  final int[] dilation;
  final int[] padding;

  /** Whether padding makes the output as large as the input over the stride. */
  final boolean isSame;

  private WindowSettings(
      int[] kernel, int[] stride, int[] dilation, int[] padding, boolean isSame) {
    this.kernel = kernel;
    this.stride = stride;
    this.dilation = dilation;
    this.padding = padding;
    this.isSame = isSame;
  }

  /** One window, as large as the picture. */
  static WindowSettings whole(Tensor picture) {
    int[] size = {Math.toIntExact(picture.dimensions[2]), Math.toIntExact(picture.dimensions[3])};
    return new WindowSettings(size, size, SINGLE.dilation, SINGLE.padding, false);
  }

  static WindowSettings of(ConvolutionLayer layer) {
    return new WindowSettings(
        layer.getKernelSize(),
        layer.getStride(),
        layer.getDilation(),
        layer.getPadding(),
        layer.getConvolutionMode() == ConvolutionMode.Same);
  }

  static WindowSettings of(SubsamplingLayer layer) {
    return new WindowSettings(
        layer.getKernelSize(),
        layer.getStride(),
        layer.getDilation(),
        layer.getPadding(),
        layer.getConvolutionMode() == ConvolutionMode.Same);
  }
}
