package org.sparkdl4j.spark;

import java.io.Serializable;
import java.util.Arrays;
import org.sparkdl4j.dataset.SeededOrder;
import org.sparkdl4j.dataset.StratifiedSplit;

/**
 * Which pictures {@code validation_fraction} holds out: of every class as many as the split of one
 * machine, and of its pictures those that come first in an order of their own, which follows from
 * their content and the seed. So neither partitions nor workers matter.
 */
final class HeldOutPictures implements Serializable {
  private static final long serialVersionUID = 1;

  private final long seed;

  /** Of each class the rank of the last picture that is held out. */
  private final long[] lastRanks;

  /** How many pictures of that rank are held out: there are several where files are the same. */
  private final int[] withLastRank;

  /** Answers for one picture after the other; those with the same content lie in one partition. */
  final class Selection {
    private final int[] taken = new int[lastRanks.length];

    boolean isHeldOut(long hash, int label) {
      if (lastRanks.length == 0) return false;
      int order = Long.compare(rank(seed, hash), lastRanks[label]);
      return order < 0 || order == 0 && taken[label]++ < withLastRank[label];
    }
  }

  private HeldOutPictures(long seed, long[] lastRanks, int[] withLastRank) {
    this.seed = seed;
    this.lastRanks = lastRanks;
    this.withLastRank = withLastRank;
  }

  /** No pictures. */
  static HeldOutPictures none() {
    return new HeldOutPictures(0, new long[0], new int[0]);
  }

  /**
   * A share of the pictures.
   *
   * @param hashes of the pictures of each class, in any order
   * @param fraction the share, above 0 and below 1
   * @throws org.sparkdl4j.error.SparkDl4jException DATA_EMPTY when no class has two pictures
   */
  static HeldOutPictures of(long[][] hashes, double fraction, long seed) {
    int[] members = Arrays.stream(hashes).mapToInt(own -> own.length).toArray();
    int[] quotas = StratifiedSplit.quotas(members, fraction);
    long[] lastRanks = new long[hashes.length];
    int[] withLastRank = new int[hashes.length];
    // No picture's rank is below the smallest, and of that one no picture is held out either.
    Arrays.fill(lastRanks, Long.MIN_VALUE);
    for (int label = 0; label < hashes.length; label++) {
      if (quotas[label] == 0) continue;
      long[] ranks = Arrays.stream(hashes[label]).map(hash -> rank(seed, hash)).sorted().toArray();
      lastRanks[label] = ranks[quotas[label] - 1];
      for (int i = 0; i < quotas[label]; i++) {
        if (ranks[i] == lastRanks[label]) withLastRank[label]++;
      }
    }
    return new HeldOutPictures(seed, lastRanks, withLastRank);
  }

  Selection selection() {
    return new Selection();
  }

  /** Different for different hashes. */
  private static long rank(long seed, long hash) {
    return SeededOrder.key(seed, SeededOrder.SPLIT_STREAM, hash);
  }
}
