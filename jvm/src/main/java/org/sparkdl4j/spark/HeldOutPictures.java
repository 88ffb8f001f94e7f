package org.sparkdl4j.spark;

import java.io.Serializable;
import java.util.Arrays;
import org.sparkdl4j.dataset.SeededOrder;
import org.sparkdl4j.dataset.StratifiedSplit;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;

/**
 * Which pictures {@code validation_fraction} holds out: of every class as many as the split of one
 * machine, and of its pictures those that come first in an order of their own, which follows from
 * their content and the seed. So neither partitions nor workers matter. As in {@link ContentSplit},
 * copies of a picture are on one side, and some pictures of a class always remain; the order is
 * another one than that by which pictures are dealt out, so that every worker validates some.
 */
final class HeldOutPictures implements Serializable {
  private static final long serialVersionUID = 1;

  private final long seed;

  /** Of each class the rank of the last picture that is held out; null where none is. */
  private final Long[] lastRanks;

  private HeldOutPictures(long seed, Long[] lastRanks) {
    this.seed = seed;
    this.lastRanks = lastRanks;
  }

  /** No pictures. */
  static HeldOutPictures none() {
    return new HeldOutPictures(0, new Long[0]);
  }

  /**
   * A share of the pictures.
   *
   * @param hashes of the pictures of each class, in any order
   * @param fraction the share, above 0 and below 1
   * @throws SparkDl4jException DATA_EMPTY when no class has two different pictures
   */
  static HeldOutPictures of(long[][] hashes, double fraction, long seed) {
    int[] members = Arrays.stream(hashes).mapToInt(own -> own.length).toArray();
    int[] quotas = StratifiedSplit.quotas(members, fraction);
    Long[] lastRanks = new Long[hashes.length];
    for (int label = 0; label < hashes.length; label++) {
      if (quotas[label] == 0) continue;
      long[] ranks = Arrays.stream(hashes[label]).map(hash -> rank(seed, hash)).sorted().toArray();
      int last = quotas[label] - 1;
      long highest = ranks[ranks.length - 1];
      while (last >= 0 && ranks[last] == highest) last--;
      if (last >= 0) lastRanks[label] = ranks[last];
    }
    if (Arrays.stream(lastRanks).allMatch(rank -> rank == null)) {
      throw new SparkDl4jException(
          ErrorCode.DATA_EMPTY,
          "no class has two different pictures, so that none can be held out to validate with");
    }
    return new HeldOutPictures(seed, lastRanks);
  }

  boolean isHeldOut(long hash, int label) {
    if (lastRanks.length == 0 || lastRanks[label] == null) return false;
    return rank(seed, hash) <= lastRanks[label];
  }

  /** Different for different hashes. */
  private static long rank(long seed, long hash) {
    return SeededOrder.key(seed, SeededOrder.SPLIT_STREAM, hash);
  }
}
