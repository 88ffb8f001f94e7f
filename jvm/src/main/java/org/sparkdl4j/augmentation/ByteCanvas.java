package org.sparkdl4j.augmentation;

import java.util.Arrays;
import org.bytedeco.javacpp.BytePointer;
import org.sparkdl4j.onednn.NativeAddress;

/** A picture of uint8 values; what lies between them is rounded to the nearest. */
final class ByteCanvas extends Canvas {
  /** Bits of a position after the point. */
  private static final int POSITION_BITS = 32;

  /** Bits of a weight: two of them and a value fit into an int. */
  private static final int WEIGHT_BITS = 11;

  private static final int ONE = 1 << WEIGHT_BITS;
  private static final int HALF = 1 << 2 * WEIGHT_BITS - 1;

  private final byte[] scaled = new byte[256];
  private byte[] picture;
  private byte[] result;

  ByteCanvas(int height, int width, int channels) {
    super(height, width, channels);
    picture = new byte[height * width * channels];
    result = new byte[picture.length];
  }

  @Override
  void load(long address) {
    new BytePointer(new NativeAddress(address)).get(picture);
  }

  @Override
  void store(long address) {
    new BytePointer(new NativeAddress(address)).put(picture);
  }

  @Override
  double mean(int channel) {
    long sum = 0;
    for (int i = channel; i < picture.length; i += channels) sum += picture[i] & 0xFF;
    return (double) sum / (height * width);
  }

  @Override
  void scale(double factor, double offset) {
    for (int value = 0; value < scaled.length; value++) {
      scaled[value] = rounded(factor * value + offset);
    }
    for (int i = 0; i < picture.length; i++) picture[i] = scaled[picture[i] & 0xFF];
  }

  @Override
  void paint(int top, int left, int rows, int columns, double[] colour) {
    for (int y = top; y < top + rows; y++) {
      int at = (y * width + left) * channels;
      for (int x = 0; x < columns; x++) {
        for (int c = 0; c < channels; c++) picture[at++] = rounded(colour[c]);
      }
    }
  }

  @Override
  void warp(Geometry geometry, Fill fill) {
    long rowStep = fixed(geometry.rowByColumn);
    long columnStep = fixed(geometry.columnByColumn);
    int at = 0;
    for (int y = 0; y < height; y++) {
      long rowAt = fixed(geometry.rowAtOrigin + y * geometry.rowByRow);
      long columnAt = fixed(geometry.columnAtOrigin + y * geometry.columnByRow);
      for (int x = 0; x < width; x++, at += channels) {
        int row = (int) (rowAt >> POSITION_BITS);
        int column = (int) (columnAt >> POSITION_BITS);
        int down = weight(rowAt);
        int right = weight(columnAt);
        if (row >= 0 && row < height - 1 && column >= 0 && column < width - 1) {
          int first = (row * width + column) * channels;
          mix(at, first, first + width * channels, down, right);
        } else {
          mixAtEdge(at, row, column, down, right, fill);
        }
        rowAt += rowStep;
        columnAt += columnStep;
      }
    }
  }

  @Override
  void copy(int row, int column, int targetRow, int targetColumn, int count) {
    System.arraycopy(
        picture,
        (row * width + column) * channels,
        result,
        (targetRow * width + targetColumn) * channels,
        count * channels);
  }

  @Override
  void copyMirrored(int row, int column, int targetRow, int targetColumn, int count) {
    byte[] from = picture;
    byte[] to = result;
    int source = (row * width + column) * channels;
    int target = (targetRow * width + targetColumn) * channels;
    for (int i = 0; i < count; i++, source -= channels) {
      for (int c = 0; c < channels; c++) to[target++] = from[source + c];
    }
  }

  @Override
  void clear(int targetRow, int targetColumn, int count) {
    int from = (targetRow * width + targetColumn) * channels;
    Arrays.fill(result, from, from + count * channels, (byte) 0);
  }

  @Override
  void turnOver() {
    byte[] before = picture;
    picture = result;
    result = before;
  }

  /** A pixel of four neighbours within the picture. */
  private void mix(int target, int upper, int lower, int down, int right) {
    int lowerRight = down * right;
    int lowerLeft = down * ONE - lowerRight;
    int upperRight = right * ONE - lowerRight;
    int upperLeft = ONE * ONE - lowerRight - lowerLeft - upperRight;
    byte[] from = picture;
    byte[] to = result;
    int step = channels;
    for (int c = 0; c < step; c++, upper++, lower++) {
      int sum =
          upperLeft * (from[upper] & 0xFF)
              + upperRight * (from[upper + step] & 0xFF)
              + lowerLeft * (from[lower] & 0xFF)
              + lowerRight * (from[lower + step] & 0xFF);
      to[target + c] = (byte) (sum + HALF >> 2 * WEIGHT_BITS);
    }
  }

  private void mixAtEdge(int target, int row, int column, int down, int right, Fill fill) {
    int upper = fill.index(row, height);
    int lower = fill.index(row + 1, height);
    int here = fill.index(column, width);
    int next = fill.index(column + 1, width);
    for (int c = 0; c < channels; c++) {
      int above = value(upper, here, c) * (ONE - right) + value(upper, next, c) * right;
      int below = value(lower, here, c) * (ONE - right) + value(lower, next, c) * right;
      int sum = above * (ONE - down) + below * down;
      result[target + c] = (byte) (sum + HALF >> 2 * WEIGHT_BITS);
    }
  }

  private int value(int row, int column, int channel) {
    if (row == Fill.OUTSIDE || column == Fill.OUTSIDE) return 0;
    return picture[(row * width + column) * channels + channel] & 0xFF;
  }

  private static int weight(long position) {
    return (int) (position >>> POSITION_BITS - WEIGHT_BITS) & ONE - 1;
  }

  private static long fixed(double position) {
    return Math.round(position * (1L << POSITION_BITS));
  }

  private static byte rounded(double value) {
    return (byte) Math.round(Math.max(0, Math.min(255, value)));
  }
}
