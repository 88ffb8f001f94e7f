package org.sparkdl4j.dataset;

import java.math.BigInteger;

/**
 * Count, sum and sum of squares of every value of uint8 pictures. Integers are exact: neither the
 * order of the pictures nor the number of machines that add them up makes a difference.
 */
public final class PixelSums extends PictureStatistics {
  private static final long serialVersionUID = 1;

  private final long[] sums;
  private final long[] squares;
  private long pictures;

  /**
   * Sums of nothing yet.
   *
   * @param rowLength values of a picture
   */
  public PixelSums(int rowLength) {
    sums = new long[rowLength];
    squares = new long[rowLength];
  }

  @Override
  public void add(byte[] row) {
    for (int j = 0; j < sums.length; j++) {
      int value = row[j] & 0xFF;
      sums[j] += value;
      squares[j] += value * value;
    }
    pictures++;
  }

  @Override
  public void addAll(PictureStatistics others) {
    PixelSums added = (PixelSums) others;
    for (int j = 0; j < sums.length; j++) {
      sums[j] += added.sums[j];
      squares[j] += added.squares[j];
    }
    pictures += added.pictures;
  }

  @Override
  Moments moments(int groups) {
    long count = pictures * (sums.length / groups);
    double[] mean = new double[groups];
    double[] variance = new double[groups];
    BigInteger n = BigInteger.valueOf(count);
    for (int g = 0; g < groups; g++) {
      long sum = 0;
      long square = 0;
      for (int j = g; j < sums.length; j += groups) {
        sum += sums[j];
        square += squares[j];
      }
      BigInteger whole = BigInteger.valueOf(sum);
      BigInteger deviation = n.multiply(BigInteger.valueOf(square)).subtract(whole.multiply(whole));
      mean[g] = (double) sum / count;
      variance[g] = deviation.doubleValue() / count / count;
    }
    return new Moments(count, mean, variance);
  }

  @Override
  public long pictures() {
    return pictures;
  }
}
