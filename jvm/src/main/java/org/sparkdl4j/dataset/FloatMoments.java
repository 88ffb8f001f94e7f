package org.sparkdl4j.dataset;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Mean and sum of squared deviations of every value of float32 pictures, merged by the formula of
 * Chan, Golub and LeVeque (Algorithms for Computing the Sample Variance, The American Statistician
 * 37, 1983). The last bits depend on the order in which pictures are added and parts are merged:
 * whoever wants the same ones merges in the same order.
 */
public final class FloatMoments extends PictureStatistics {
  private static final long serialVersionUID = 1;

  private final double[] means;
  private final double[] deviations;
  private long pictures;

  FloatMoments(int rowLength) {
    means = new double[rowLength];
    deviations = new double[rowLength];
  }

  @Override
  public void add(byte[] row) {
    float[] values = new float[means.length];
    ByteBuffer.wrap(row).order(ByteOrder.nativeOrder()).asFloatBuffer().get(values);
    pictures++;
    for (int j = 0; j < values.length; j++) {
      double difference = values[j] - means[j];
      means[j] += difference / pictures;
      deviations[j] += difference * (values[j] - means[j]);
    }
  }

  @Override
  public void addAll(PictureStatistics others) {
    FloatMoments added = (FloatMoments) others;
    if (added.pictures == 0) return;
    long total = pictures + added.pictures;
    double share = (double) added.pictures / total;
    double weight = (double) pictures * added.pictures / total;
    for (int j = 0; j < means.length; j++) {
      double difference = added.means[j] - means[j];
      means[j] += difference * share;
      deviations[j] += added.deviations[j] + difference * difference * weight;
    }
    pictures = total;
  }

  @Override
  public long pictures() {
    return pictures;
  }

  @Override
  Moments moments(int groups) {
    int perPicture = means.length / groups;
    double[] mean = new double[groups];
    double[] variance = new double[groups];
    for (int g = 0; g < groups; g++) {
      for (int j = g; j < means.length; j += groups) mean[g] += means[j] / perPicture;
      for (int j = g; j < means.length; j += groups) {
        double difference = means[j] - mean[g];
        variance[g] += (deviations[j] / pictures + difference * difference) / perPicture;
      }
    }
    return new Moments(pictures * perPicture, mean, variance);
  }
}
