package org.sparkdl4j.dataset;

import java.util.Arrays;

/**
 * Count, mean and variance of every feature of a view, in one pass, and the same whatever the
 * machine.
 */
final class Moments {
  private static final double EPSILON = Math.ulp(1.0);

  final long count;
  final double[] mean;
  final double[] variance;

  Moments(long count, double[] mean, double[] variance) {
    this.count = count;
    this.mean = mean;
    this.variance = variance;
  }

  /**
   * The moments of a view.
   *
   * @param groups number of means: the features of a picture, or its channels
   */
  static Moments of(LabeledImages view, int groups) {
    return view.block().type() == PixelType.UINT8 ? ofBytes(view, groups) : ofFloats(view, groups);
  }

  /** 1 divided into what has no variance would be infinite: such features keep the scale 1. */
  double[] scale() {
    double[] scale = new double[mean.length];
    for (int i = 0; i < scale.length; i++) {
      // scikit-learn's bound of what rounding alone can make out of a constant.
      double noise = count * mean[i] * EPSILON;
      boolean constant = variance[i] <= count * EPSILON * variance[i] + noise * noise;
      scale[i] = constant ? 1 : Math.sqrt(variance[i]);
    }
    return scale;
  }

  private static Moments ofBytes(LabeledImages view, int groups) {
    PixelSums sums = new PixelSums(view.block().rowLength());
    byte[] row = new byte[view.block().rowLength()];
    for (int i = 0; i < view.size(); i++) {
      view.block().read(view.row(i), row);
      sums.add(row);
    }
    return sums.moments(groups);
  }

  /** Chan's merge: the moments of each picture are merged into those of the pictures before it. */
  private static Moments ofFloats(LabeledImages view, int groups) {
    int length = view.block().rowLength();
    int perRow = length / groups;
    double[] mean = new double[groups];
    double[] deviation = new double[groups];
    float[] row = new float[length];
    double[] rowMean = new double[groups];
    double[] rowDeviation = new double[groups];
    for (int i = 0; i < view.size(); i++) {
      view.block().read(view.row(i), row);
      rowMoments(row, perRow, rowMean, rowDeviation);
      double share = 1.0 / (i + 1);
      double weight = (double) perRow * i / (i + 1);
      for (int g = 0; g < groups; g++) {
        double difference = rowMean[g] - mean[g];
        mean[g] += difference * share;
        deviation[g] += rowDeviation[g] + difference * difference * weight;
      }
    }
    long count = (long) view.size() * perRow;
    for (int g = 0; g < groups; g++) deviation[g] /= count;
    return new Moments(count, mean, deviation);
  }

  private static void rowMoments(float[] row, int perRow, double[] mean, double[] deviation) {
    int groups = mean.length;
    if (perRow == 1) {
      // Each value is its own mean, and deviates from it by the nothing that is there already.
      for (int g = 0; g < groups; g++) mean[g] = row[g];
      return;
    }
    Arrays.fill(mean, 0);
    Arrays.fill(deviation, 0);
    for (int j = 0; j < row.length; j += groups) {
      for (int g = 0; g < groups; g++) mean[g] += row[j + g];
    }
    for (int g = 0; g < groups; g++) mean[g] /= perRow;
    for (int j = 0; j < row.length; j += groups) {
      for (int g = 0; g < groups; g++) {
        double difference = row[j + g] - mean[g];
        deviation[g] += difference * difference;
      }
    }
  }
}
