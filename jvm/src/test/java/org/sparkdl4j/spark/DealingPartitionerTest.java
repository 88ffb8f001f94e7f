package org.sparkdl4j.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pictures dealt out to workers. */
class DealingPartitionerTest {
  @ParameterizedTest
  @CsvSource({"1,1", "5,5", "5,2", "700,8", "1000,7", "20000,64", "3000,1024"})
  void everyWorkerGetsAsManyAsTheNext(int pictures, int workers) {
    List<PictureKey> keys = keys(pictures);
    long[] counts = new long[PictureKey.BUCKETS];
    for (PictureKey key : keys) counts[key.bucket()]++;
    long largest = 0;
    for (long count : counts) largest = Math.max(largest, count);
    DealingPartitioner partitioner = new DealingPartitioner(counts, workers);
    assertEquals(workers, partitioner.numPartitions());

    int[] dealt = new int[workers];
    int before = 0;
    Collections.sort(keys);
    for (PictureKey key : keys) {
      int worker = partitioner.getPartition(key);
      // In the order of the keys, no worker comes before an earlier one.
      assertTrue(worker >= before && worker < workers);
      before = worker;
      dealt[worker]++;
    }
    for (int worker = 0; worker < workers; worker++) {
      double fair = (double) pictures / workers;
      assertTrue(Math.abs(dealt[worker] - fair) < 1 + largest, worker + ": " + dealt[worker]);
    }
    assertEquals(new DealingPartitioner(counts, workers), partitioner);
    assertEquals(new DealingPartitioner(counts, workers).hashCode(), partitioner.hashCode());
  }

  @ParameterizedTest
  @CsvSource({"1", "2", "10"})
  void picturesThatAreAllTheSameGoToOneWorker(int workers) {
    PictureKey key = PictureKey.of(new byte[] {1}, 0, 1, false, 1);
    long[] counts = new long[PictureKey.BUCKETS];
    counts[key.bucket()] = 100;
    int worker = new DealingPartitioner(counts, workers).getPartition(key);
    assertTrue(worker >= 0 && worker < workers);
  }

  @ParameterizedTest
  @CsvSource({"1", "2"})
  void keysFollowFromContentAndSeed(long seed) {
    byte[] picture = {1, 2, 3};
    PictureKey key = PictureKey.of(picture, 1, 1, false, seed);
    assertEquals(key, PictureKey.of(picture.clone(), 1, 1, false, seed));
    assertEquals(key.hashCode(), PictureKey.of(picture.clone(), 1, 1, false, seed).hashCode());
    for (PictureKey other :
        List.of(
            PictureKey.of(new byte[] {1, 2, 4}, 1, 1, false, seed),
            PictureKey.of(picture, 2, 1, false, seed),
            PictureKey.of(picture, 1, 2, false, seed),
            PictureKey.of(picture, 1, 1, true, seed),
            PictureKey.of(picture, 1, 1, false, seed + 1))) {
      assertTrue(key.compareTo(other) != 0);
      assertEquals(Integer.signum(key.compareTo(other)), -Integer.signum(other.compareTo(key)));
    }
  }

  private static List<PictureKey> keys(int count) {
    Random random = new Random(count);
    List<PictureKey> keys = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      byte[] picture = new byte[20];
      random.nextBytes(picture);
      keys.add(PictureKey.of(picture, i % 3, 1, false, 1));
    }
    return keys;
  }
}
