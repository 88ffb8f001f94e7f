package org.sparkdl4j.plan;

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

  Window(WindowSettings settings, Tensor input) {
    int[] padding = settings.padding;
    kernel = new long[] {settings.kernel[0], settings.kernel[1]};
    stride = new long[] {settings.stride[0], settings.stride[1]};
    gaps = new long[] {settings.dilation[0] - 1, settings.dilation[1] - 1};
    before = new long[2];
    after = new long[2];
    output = new long[2];
    for (int i = 0; i < 2; i++) {
      long size = input.dimensions[2 + i];
      if (settings.isSame) {
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
