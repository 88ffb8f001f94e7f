package org.sparkdl4j.augmentation;

import java.util.Random;
import org.sparkdl4j.dataset.PixelBlock;
import org.sparkdl4j.dataset.PixelType;
import org.sparkdl4j.dataset.SeededOrder;

/**
 * Mixes the pictures of a minibatch in pairs: Zhang et al., mixup: Beyond Empirical Risk
 * Minimization, 2018, section 2. Partners are chosen by shuffling the minibatch; every pair has a
 * share of its own. All follows from the seed and the minibatch's number.
 */
public final class Mixup {
  private final int[] partners;
  private final double[] shares;

  /**
   * Partners and shares.
   *
   * @param alpha of the distribution of the shares, above 0
   * @param seed of all that is drawn
   * @param minibatch its number in the run
   * @param size pictures in it
   */
  public Mixup(double alpha, long seed, long minibatch, int size) {
    long own = SeededOrder.key(seed, SeededOrder.MIXUP_STREAM, minibatch);
    partners = SeededOrder.permutation(size, own, SeededOrder.MIXUP_STREAM);
    Random random = new Random(own);
    shares = new double[size];
    for (int i = 0; i < size; i++) shares[i] = beta(alpha, random);
  }

  /** The picture that is mixed into picture {@code i}. */
  public int partner(int i) {
    return partners[i];
  }

  /** The share of picture {@code i} itself, 0 to 1. */
  public double share(int i) {
    return shares[i];
  }

  /** Beta(alpha, alpha), of two Gamma(alpha). */
  private static double beta(double alpha, Random random) {
    double one = logGamma(alpha, random);
    double other = logGamma(alpha, random);
    return 1 / (1 + StrictMath.exp(other - one));
  }

  /**
   * The logarithm of a number of the distribution Gamma(shape, 1), since small shapes give numbers
   * smaller than any double: Marsaglia and Tsang, A Simple Method for Generating Gamma Variables,
   * 2000, sections 2 and 6.
   */
  private static double logGamma(double shape, Random random) {
    double d = shape + 1 - 1.0 / 3;
    double c = 1 / StrictMath.sqrt(9 * d);
    while (true) {
      double x = random.nextGaussian();
      double v = (1 + c * x) * (1 + c * x) * (1 + c * x);
      double u = 1 - random.nextDouble();
      if (v <= 0) continue;
      if (StrictMath.log(u) < x * x / 2 + d - d * v + d * StrictMath.log(v)) {
        // Of shape + 1; a power of another number takes it to shape.
        return StrictMath.log(d * v) + StrictMath.log(1 - random.nextDouble()) / shape;
      }
    }
  }

  /**
   * Mixes the pictures.
   *
   * @param block one like it: type and size of the pictures
   * @param source address of the minibatch's pictures, which stay
   * @param target address of memory for the mixed ones
   */
  public void apply(PixelBlock block, long source, long target) {
    int count = shares.length;
    int[] shape = {block.height(), block.width(), block.channels()};
    PixelType type = block.type();
    try (PixelBlock from = PixelBlock.wrap(source, type, count, shape[0], shape[1], shape[2]);
        PixelBlock to = PixelBlock.wrap(target, type, count, shape[0], shape[1], shape[2])) {
      if (type == PixelType.UINT8) mixBytes(from, to);
      else mixFloats(from, to);
    }
  }

  private void mixBytes(PixelBlock from, PixelBlock to) {
    byte[] own = new byte[from.rowLength()];
    byte[] other = new byte[own.length];
    for (int i = 0; i < shares.length; i++) {
      from.read(i, own);
      from.read(partners[i], other);
      // In 65,536ths; the values are rounded to whole ones anyway.
      int share = (int) Math.round(shares[i] * 65_536);
      for (int k = 0; k < own.length; k++) {
        int sum = share * (own[k] & 0xFF) + (65_536 - share) * (other[k] & 0xFF);
        own[k] = (byte) (sum + 32_768 >> 16);
      }
      to.write(i, own);
    }
  }

  private void mixFloats(PixelBlock from, PixelBlock to) {
    float[] own = new float[from.rowLength()];
    float[] other = new float[own.length];
    for (int i = 0; i < shares.length; i++) {
      from.read(i, own);
      from.read(partners[i], other);
      float share = (float) shares[i];
      for (int k = 0; k < own.length; k++) own[k] = share * own[k] + (1 - share) * other[k];
      to.write(i, own);
    }
  }
}
