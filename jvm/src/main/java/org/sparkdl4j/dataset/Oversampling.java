package org.sparkdl4j.dataset;

import java.util.Arrays;

/**
 * Pictures of smaller classes come again in an epoch, until every class comes as often as the
 * largest. How often follows from the numbers of pictures alone; which of them come once more than
 * the others, from the seed.
 */
public final class Oversampling {
  private Oversampling() {}

  /**
   * How many pictures of each class a worker trains in an epoch.
   *
   * @param counts of every worker the pictures that it has, by class
   */
  public static int[] targets(int[][] counts, int worker) {
    int classes = counts[worker].length;
    long[] before = new long[classes];
    long[] sums = new long[classes];
    for (int w = 0; w < counts.length; w++) {
      for (int k = 0; k < classes; k++) {
        if (w < worker) before[k] += counts[w][k];
        sums[k] += counts[w][k];
      }
    }
    long largest = Arrays.stream(sums).max().orElse(0);
    int[] targets = new int[classes];
    for (int k = 0; k < classes; k++) {
      if (sums[k] == 0) continue;
      // Each worker rounds where the next begins, so that all together make the largest.
      long end = (before[k] + counts[worker][k]) * largest / sums[k];
      targets[k] = Math.toIntExact(end - before[k] * largest / sums[k]);
    }
    return targets;
  }

  /**
   * The pictures of an epoch: all of them first, then those that come again.
   *
   * @param labels the class of each picture
   * @param targets how many pictures of each class there are to be, not fewer than there are
   * @return numbers of pictures
   */
  public static int[] positions(int[] labels, int[] targets, long seed) {
    int[] times = new int[labels.length];
    for (int k = 0; k < targets.length; k++) {
      int[] own = positions(labels, k);
      if (own.length == 0) continue;
      for (int picture : own) times[picture] = targets[k] / own.length;
      long ofClass = SeededOrder.key(seed, SeededOrder.OVERSAMPLING_STREAM, k);
      int[] order = SeededOrder.permutation(own.length, ofClass, SeededOrder.OVERSAMPLING_STREAM);
      for (int i = 0; i < targets[k] % own.length; i++) times[own[order[i]]]++;
    }
    int[] positions = new int[Arrays.stream(times).sum()];
    int at = 0;
    for (int round = 0; at < positions.length; round++) {
      for (int i = 0; i < times.length; i++) {
        if (times[i] > round) positions[at++] = i;
      }
    }
    return positions;
  }

  private static int[] positions(int[] labels, int label) {
    int[] own = new int[labels.length];
    int count = 0;
    for (int i = 0; i < labels.length; i++) {
      if (labels[i] == label) own[count++] = i;
    }
    return Arrays.copyOf(own, count);
  }
}
