package org.sparkdl4j.model;

import java.util.Locale;
import org.sparkdl4j.spec.Options;

/** What becomes of a layer's maps when they are features. */
enum FeaturePooling {
  /** Every value is a feature: row by row, column by column, channel by channel. */
  NONE,
  /** One feature a channel: the mean of its map. */
  AVERAGE,
  /** One feature a channel: the largest value of its map. */
  MAX;

  /** Of the option's value. */
  static FeaturePooling of(Options options) {
    return valueOf(options.string("pooling").toUpperCase(Locale.ROOT));
  }

  /** How many features a picture has. */
  int count(int[] shape) {
    if (this != NONE) return shape[shape.length - 1];
    int count = 1;
    for (int side : shape) count = Math.multiplyExact(count, side);
    return count;
  }

  /**
   * Pools the values of one picture.
   *
   * @param values with channels last
   * @param at of the picture's first value
   * @param size values of the picture
   * @param into receives the features
   * @param to where the first goes
   * @param channels features of the picture
   */
  void pool(float[] values, int at, int size, float[] into, int to, int channels) {
    int places = size / channels;
    for (int k = 0; k < channels; k++) {
      double sum = 0;
      float most = Float.NEGATIVE_INFINITY;
      for (int place = 0; place < places; place++) {
        float value = values[at + place * channels + k];
        sum += value;
        // Written so that NaN stays.
        most = value <= most ? most : value;
      }
      into[to + k] = this == MAX ? most : (float) (sum / places);
    }
  }
}
