package org.sparkdl4j.augmentation;

import java.util.Arrays;
import org.sparkdl4j.onednn.FloatMemory;

/** A picture of float32 values of any range. */
final class FloatCanvas extends Canvas {
  private float[] picture;
  private float[] result;

  FloatCanvas(int height, int width, int channels) {
    super(height, width, channels);
    picture = new float[height * width * channels];
    result = new float[picture.length];
  }

  @Override
  void load(long address) {
    FloatMemory.at(address, picture.length).get(picture);
  }

  @Override
  void store(long address) {
    FloatMemory.at(address, picture.length).put(picture);
  }

  @Override
  double mean(int channel) {
    double sum = 0;
    for (int i = channel; i < picture.length; i += channels) sum += picture[i];
    return sum / (height * width);
  }

  @Override
  void scale(double factor, double offset) {
    for (int i = 0; i < picture.length; i++) picture[i] = (float) (factor * picture[i] + offset);
  }

  @Override
  void paint(int top, int left, int rows, int columns, double[] colour) {
    for (int y = top; y < top + rows; y++) {
      int at = (y * width + left) * channels;
      for (int x = 0; x < columns; x++) {
        for (int c = 0; c < channels; c++) picture[at++] = (float) colour[c];
      }
    }
  }

  @Override
  void warp(Geometry geometry, Fill fill) {
    int at = 0;
    for (int y = 0; y < height; y++) {
      double rowStart = geometry.rowAtOrigin + y * geometry.rowByRow;
      double columnStart = geometry.columnAtOrigin + y * geometry.columnByRow;
      for (int x = 0; x < width; x++, at += channels) {
        double rowAt = rowStart + x * geometry.rowByColumn;
        double columnAt = columnStart + x * geometry.columnByColumn;
        int row = (int) Math.floor(rowAt);
        int column = (int) Math.floor(columnAt);
        mix(at, row, column, (float) (rowAt - row), (float) (columnAt - column), fill);
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
    float[] from = picture;
    float[] to = result;
    int source = (row * width + column) * channels;
    int target = (targetRow * width + targetColumn) * channels;
    for (int i = 0; i < count; i++, source -= channels) {
      for (int c = 0; c < channels; c++) to[target++] = from[source + c];
    }
  }

  @Override
  void clear(int targetRow, int targetColumn, int count) {
    int from = (targetRow * width + targetColumn) * channels;
    Arrays.fill(result, from, from + count * channels, 0);
  }

  @Override
  void turnOver() {
    float[] before = picture;
    picture = result;
    result = before;
  }

  private void mix(int target, int row, int column, float down, float right, Fill fill) {
    int upper = fill.index(row, height);
    int lower = fill.index(row + 1, height);
    int here = fill.index(column, width);
    int next = fill.index(column + 1, width);
    for (int c = 0; c < channels; c++) {
      float above = value(upper, here, c) * (1 - right) + value(upper, next, c) * right;
      float below = value(lower, here, c) * (1 - right) + value(lower, next, c) * right;
      result[target + c] = above * (1 - down) + below * down;
    }
  }

  private float value(int row, int column, int channel) {
    if (row == Fill.OUTSIDE || column == Fill.OUTSIDE) return 0;
    return picture[(row * width + column) * channels + channel];
  }
}
