package org.sparkdl4j.dataset;

/**
 * Reproducible shuffling: every number has a key that depends on seed, stream and the number alone,
 * and the numbers are sorted by their keys. The same in Python ({@code splits.py}).
 */
public final class SeededOrder {
  /** The stream of the seeds of workers. */
  public static final long WORKER_STREAM = -1;

  /** The stream of what changes pictures; each epoch has a seed of its own in it. */
  public static final long AUGMENTATION_STREAM = -2;

  /** The stream of what mixes pictures; each minibatch has a seed of its own in it. */
  public static final long MIXUP_STREAM = -3;

  /** The stream of what repeats pictures; each class has a seed of its own in it. */
  public static final long OVERSAMPLING_STREAM = -4;

  /** The stream of splits; epoch {@code e}, counted from 1, shuffles with stream {@code e}. */
  public static final long SPLIT_STREAM = 0;

  private SeededOrder() {}

  /** The numbers 0 to n - 1, shuffled. */
  public static int[] permutation(int n, long seed, long stream) {
    long[] keys = new long[n];
    int[] order = new int[n];
    for (int i = 0; i < n; i++) {
      keys[i] = key(seed, stream, i);
      order[i] = i;
    }
    return sortedByKey(order, keys);
  }

  /** SplitMix64's finaliser over a mixture of the three. */
  public static long key(long seed, long stream, long i) {
    long z = seed * 0x9E3779B97F4A7C15L + stream * 0xD1B54A32D192ED03L + i * 0x8CB92BA72F3D8DD7L;
    z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
    z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
    return z ^ z >>> 31;
  }

  /** Radix sort: keys as unsigned numbers, equal ones stay in their order. */
  private static int[] sortedByKey(int[] order, long[] keys) {
    int[] from = order;
    int[] to = new int[order.length];
    for (int shift = 0; shift < 64; shift += 8) {
      int[] starts = new int[257];
      for (long key : keys) starts[(int) (key >>> shift & 0xFF) + 1]++;
      for (int digit = 0; digit < 256; digit++) starts[digit + 1] += starts[digit];
      for (int index : from) to[starts[(int) (keys[index] >>> shift & 0xFF)]++] = index;
      int[] swap = from;
      from = to;
      to = swap;
    }
    return from;
  }
}
