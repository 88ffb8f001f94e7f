package org.sparkdl4j.spark;

import java.util.Arrays;
import org.apache.spark.Partitioner;

/**
 * Deals pictures out to workers in the order of their keys, each as many as the next: to within a
 * bucket's, which holds one of 65,536.
 */
final class DealingPartitioner extends Partitioner {
  private static final long serialVersionUID = 1;

  /** The first bucket of each worker. */
  private final int[] firstBuckets;

  /**
   * A partitioner.
   *
   * @param counts pictures in each bucket
   * @param workers at most as many as pictures
   */
  DealingPartitioner(long[] counts, int workers) {
    long total = Arrays.stream(counts).sum();
    firstBuckets = new int[workers];
    long before = 0;
    int worker = 0;
    for (int bucket = 0; bucket < counts.length; bucket++) {
      // A worker begins with the bucket that holds its first picture, by rank.
      while (worker < workers && before >= share(total, worker, workers)) {
        firstBuckets[worker++] = bucket;
      }
      before += counts[bucket];
    }
    while (worker < workers) firstBuckets[worker++] = counts.length;
  }

  @Override
  public int numPartitions() {
    return firstBuckets.length;
  }

  @Override
  public int getPartition(Object key) {
    return worker(((PictureKey) key).bucket());
  }

  /** The worker that has the pictures of a bucket. */
  int worker(int bucket) {
    int at = Arrays.binarySearch(firstBuckets, bucket);
    if (at < 0) return Math.max(0, -at - 2);
    // Of several workers that begin there, all but the last are empty.
    while (at + 1 < firstBuckets.length && firstBuckets[at + 1] == bucket) at++;
    return at;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof DealingPartitioner
        && Arrays.equals(firstBuckets, ((DealingPartitioner) other).firstBuckets);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(firstBuckets);
  }

  /** How many pictures the workers before one have. */
  private static long share(long total, int worker, int workers) {
    return total * worker / workers;
  }
}
