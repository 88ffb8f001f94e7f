package org.sparkdl4j.preprocessing;

/** The line that fits values best (least squares), taken away from them. */
public final class LinearTrend {
  private LinearTrend() {}

  /**
   * Takes it away.
   *
   * @param values overwritten
   * @param offset of the first one
   * @param stride between one and the next
   * @param count how many; of one value or none nothing is left but 0
   */
  public static void remove(float[] values, int offset, int stride, int count) {
    double mean = 0;
    for (int i = 0; i < count; i++) mean += values[offset + i * stride];
    mean /= count;
    double middle = (count - 1) / 2.0;
    double covariance = 0;
    double variance = 0;
    for (int i = 0; i < count; i++) {
      double position = i - middle;
      covariance += position * (values[offset + i * stride] - mean);
      variance += position * position;
    }
    double slope = variance > 0 ? covariance / variance : 0;
    for (int i = 0; i < count; i++) {
      int at = offset + i * stride;
      values[at] = (float) (values[at] - mean - slope * (i - middle));
    }
  }
}
