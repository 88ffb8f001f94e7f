package org.sparkdl4j.augmentation;

import org.sparkdl4j.dataset.PixelType;

/**
 * One picture while it is changed, {@code [height, width, channels]}; for one thread. Each type of
 * pixels has a subclass with the loops over them.
 */
abstract class Canvas {
  final int height;
  final int width;
  final int channels;

  /** For each column of the result the picture's column, or {@link Fill#OUTSIDE}. */
  private final int[] columns;

  Canvas(int height, int width, int channels) {
    this.height = height;
    this.width = width;
    this.channels = channels;
    columns = new int[width];
  }

  /** A canvas for pictures of that type and size. */
  static Canvas of(PixelType type, int height, int width, int channels) {
    return type == PixelType.UINT8
        ? new ByteCanvas(height, width, channels)
        : new FloatCanvas(height, width, channels);
  }

  /** Takes a picture from its address. */
  abstract void load(long address);

  /** Writes the picture to an address. */
  abstract void store(long address);

  /** Moves every pixel to its new place. */
  final void move(Geometry geometry, Fill fill) {
    if (geometry.isIdentity()) return;
    if (geometry.isExact) copy(geometry, fill);
    else warp(geometry, fill);
    turnOver();
  }

  /** The mean of the values of a channel. */
  abstract double mean(int channel);

  /** Makes {@code factor * x + offset} of every value x. */
  abstract void scale(double factor, double offset);

  /** Paints a rectangle in one colour, which has a value for each channel. */
  abstract void paint(int top, int left, int rows, int columns, double[] colour);

  /** Makes the result of pixels between those of the picture, bilinearly. */
  abstract void warp(Geometry geometry, Fill fill);

  /** Copies pixels of a row next to each other to a place in the result. */
  abstract void copy(int row, int column, int targetRow, int targetColumn, int count);

  /** Copies pixels of a row, the first one and those to its left, to a place in the result. */
  abstract void copyMirrored(int row, int column, int targetRow, int targetColumn, int count);

  /** Makes pixels of the result 0. */
  abstract void clear(int targetRow, int targetColumn, int count);

  /** The result becomes the picture. */
  abstract void turnOver();

  private void copy(Geometry geometry, Fill fill) {
    boolean isMirrored = geometry.columnByColumn < 0;
    int first = (int) geometry.columnAtOrigin;
    for (int x = 0; x < width; x++) {
      columns[x] = fill.index(isMirrored ? first - x : first + x, width);
    }
    // Those within the picture are copied together.
    int from = Math.min(width, Math.max(0, isMirrored ? first - width + 1 : -first));
    int to = Math.max(from, Math.min(width, isMirrored ? first + 1 : width - first));
    for (int y = 0; y < height; y++) {
      int row = fill.index((int) (geometry.rowAtOrigin + y * geometry.rowByRow), height);
      if (row == Fill.OUTSIDE) {
        clear(y, 0, width);
        continue;
      }
      for (int x = 0; x < from; x++) copyPixel(row, y, x);
      if (from < to && isMirrored) copyMirrored(row, columns[from], y, from, to - from);
      else if (from < to) copy(row, columns[from], y, from, to - from);
      for (int x = to; x < width; x++) copyPixel(row, y, x);
    }
  }

  private void copyPixel(int row, int y, int x) {
    if (columns[x] == Fill.OUTSIDE) clear(y, x, 1);
    else copy(row, columns[x], y, x, 1);
  }
}
