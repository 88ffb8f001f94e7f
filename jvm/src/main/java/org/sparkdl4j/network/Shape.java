package org.sparkdl4j.network;

import java.util.Arrays;
import java.util.stream.Collectors;

/** Shapes of one example: {@code [height, width, channels]} of an image, or {@code [units]}. */
final class Shape {
  private Shape() {}

  static boolean isImage(int[] shape) {
    return shape.length == 3;
  }

  /** The channels of an image, or the units. */
  static int channels(int[] shape) {
    return shape[shape.length - 1];
  }

  /** The number of values. */
  static long size(int[] shape) {
    long size = 1;
    for (int side : shape) size = Math.multiplyExact(size, (long) side);
    return size;
  }

  /** The shape with other channels or units. */
  static int[] withChannels(int[] shape, int channels) {
    int[] other = shape.clone();
    other[other.length - 1] = channels;
    return other;
  }

  /** As errors name it: 8x8x3. */
  static String text(int... shape) {
    return Arrays.stream(shape).mapToObj(Integer::toString).collect(Collectors.joining("x"));
  }
}
