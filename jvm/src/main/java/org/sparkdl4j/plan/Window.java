package org.sparkdl4j.plan;

import org.deeplearning4j.nn.conf.ConvolutionMode;

/** A window that slides over pictures, as DL4J places it. */
final class Window {
  final long[] kernel;
  final long[] stride;

  /** Rows and columns left out between two that the window reads. */
  final long[] gaps;

  /** Padding above and to the left. */
  final long[] before;

  /** Padding below and to the right; negative where the last rows or columns are left out. */
  final long[] after;

  /** Height and width of the output. */
  final long[] output;

  Window(
      int[] kernel,
      int[] stride,
      int[] dilation,
      int[] padding,
      ConvolutionMode mode,
      Tensor input) {
    this.kernel = new long[] {kernel[0], kernel[1]};
    this.stride = new long[] {stride[0], stride[1]};
    gaps = new long[] {dilation[0] - 1, dilation[1] - 1};
    before = new long[2];
    after = new long[2];
    output = new long[2];
    for (int i = 0; i < 2; i++) {
      long size = input.dimensions[2 + i];
      if (mode == ConvolutionMode.Same) {
        output[i] = (size - 1) / stride[i] + 1;
        before[i] = Math.max(0, reach(i) - size) / 2;
      } else {
        output[i] = (size + 2 * padding[i] - extent(i)) / stride[i] + 1;
        before[i] = padding[i];
      }
      after[i] = reach(i) - size - before[i];
    }
  }

  boolean isOf(long height, long width) {
    return kernel[0] == height && kernel[1] == width;
  }

  /** Whether it reads every row and column, in steps of one. */
  boolean isDense() {
    return stride[0] == 1 && stride[1] == 1 && gaps[0] == 0 && gaps[1] == 0;
  }

  /** Rows or columns from the start of the first window to the end of the last. */
  private long reach(int i) {
    return (output[i] - 1) * stride[i] + extent(i);
  }

  /** Rows or columns from the first to the last that the window reads. */
  private long extent(int i) {
    return (kernel[i] - 1) * (gaps[i] + 1) + 1;
  }
}
