package org.sparkdl4j.dataset;

import java.io.Serializable;
import java.math.BigInteger;

/**
 * Count, sum and sum of squares of every value of uint8 pictures. Integers are exact: neither the
 * order of the pictures nor the number of machines that add them up makes a difference.
 */
public final class PixelSums implements Serializable {
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

  /** Adds a picture. */
  public void add(byte[] row) {
    for (int j = 0; j < sums.length; j++) {
      int value = row[j] & 0xFF;
      sums[j] += value;
      squares[j] += value * value;
    }
    pictures++;
  }

  /** Adds the pictures of others, and returns itself. */
  public PixelSums add(PixelSums others) {
    for (int j = 0; j < sums.length; j++) {
      sums[j] += others.sums[j];
      squares[j] += others.squares[j];
    }
    pictures += others.pictures;
    return this;
  }

  /** The moments of so many groups: the values of a picture, or its channels. */
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

  /** Pictures that were added. */
  public long pictures() {
    return pictures;
  }
}
