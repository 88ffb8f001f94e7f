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

  /** Height and width of the input. */
  final long[] input;

  /** Height and width of the output. */
  final long[] output;

  private Window(long[] kernel, long[] stride, long[] gaps, long[] before, long[] output) {
    this.kernel = kernel;
    this.stride = stride;
    this.gaps = gaps;
    this.before = before;
    this.output = output;
    input = new long[2];
    after = new long[2];
  }

  /** A window over an input of some height and width. */
  static Window of(WindowSettings settings, long[] input) {
    long[] gaps = {settings.dilation[0] - 1, settings.dilation[1] - 1};
    Window window =
        new Window(pair(settings.kernel), pair(settings.stride), gaps, new long[2], new long[2]);
    for (int i = 0; i < 2; i++) {
      if (settings.isSame) {
        window.output[i] = (input[i] - 1) / window.stride[i] + 1;
        window.before[i] = Math.max(0, window.reach(i) - input[i]) / 2;
      } else {
        int padding = settings.padding[i];
        window.output[i] = (input[i] + 2 * padding - window.extent(i)) / window.stride[i] + 1;
        window.before[i] = padding;
      }
      window.readFirst(i, input[i]);
    }
    return window;
  }

  /** The same window where only the first rows and columns of the output are wanted. */
  Window cropped(long[] wanted) {
    Window window = new Window(kernel, stride, gaps, before, wanted);
    for (int i = 0; i < 2; i++) {
      window.readFirst(i, Math.min(input[i], window.reach(i) - before[i]));
    }
    return window;
  }

  boolean isOf(long height, long width) {
    return kernel[0] == height && kernel[1] == width;
  }

  /** Whether it reads every row and column, in steps of one. */
  boolean isDense() {
    return stride[0] == 1 && stride[1] == 1 && gaps[0] == 0 && gaps[1] == 0;
  }

  private void readFirst(int i, long size) {
    input[i] = size;
    after[i] = reach(i) - size - before[i];
  }

  /** Rows or columns from the start of the first window to the end of the last. */
  private long reach(int i) {
    return (output[i] - 1) * stride[i] + extent(i);
  }

  /** Rows or columns from the first to the last that the window reads. */
  private long extent(int i) {
    return (kernel[i] - 1) * (gaps[i] + 1) + 1;
  }

  private static long[] pair(int[] values) {
    return new long[] {values[0], values[1]};
  }
}
