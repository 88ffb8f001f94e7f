package org.sparkdl4j.dataset;

import java.util.Arrays;

/**
 * Turns pictures of one size into what a network reads: {@code [height, width, channels]} of any
 * number type become {@code [channels, height, width]} of {@code (x - mean) * (1 / scale)} in
 * float32. Immutable; many threads may use it.
 */
public final class PictureStandardizer {
  private final int height;
  private final int width;
  private final int channels;

  /** Means and inverse scales in the order of the result. */
  private final float[] mean;

  private final float[] inverse;

  PictureStandardizer(ScalerKind kind, double[] means, double[] scales, PixelBlock block) {
    height = block.height();
    width = block.width();
    channels = block.channels();
    mean = new float[block.rowLength()];
    inverse = new float[block.rowLength()];
    Arrays.fill(inverse, 1);
    if (kind == ScalerKind.NONE) return;
    int pixels = height * width;
    for (int c = 0; c < channels; c++) {
      for (int p = 0; p < pixels; p++) {
        int source = kind == ScalerKind.CHANNEL ? c : p * channels + c;
        mean[c * pixels + p] = (float) means[source];
        inverse[c * pixels + p] = (float) (1 / scales[source]);
      }
    }
  }

  boolean fits(PixelBlock block) {
    return block.height() == height && block.width() == width && block.channels() == channels;
  }

  /**
   * Standardises a picture of bytes.
   *
   * @param picture {@code height * width * channels} values from 0 to 255
   * @param result receives as many
   */
  // One pass: a table of 256 values per channel, or planes of bytes before the arithmetic, are not
  // faster, since the widening of bytes costs more than subtracting and multiplying.
  public void apply(byte[] picture, float[] result) {
    int pixels = height * width;
    for (int c = 0; c < channels; c++) {
      int at = c * pixels;
      for (int p = 0, source = c; p < pixels; p++, source += channels, at++) {
        result[at] = ((picture[source] & 0xFF) - mean[at]) * inverse[at];
      }
    }
  }

  /**
   * Standardises a picture of floats.
   *
   * @param picture {@code height * width * channels} values
   * @param result receives as many
   */
  public void apply(float[] picture, float[] result) {
    int pixels = height * width;
    for (int c = 0; c < channels; c++) {
      int at = c * pixels;
      for (int p = 0, source = c; p < pixels; p++, source += channels, at++) {
        result[at] = (picture[source] - mean[at]) * inverse[at];
      }
    }
  }
}
