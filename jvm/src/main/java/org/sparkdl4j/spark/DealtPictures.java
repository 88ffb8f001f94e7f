package org.sparkdl4j.spark;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.storage.StorageLevel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sparkdl4j.dataset.LabelSums;

/**
 * Labelled pictures that were dealt out to workers, on the executors' local disks. Which worker has
 * which pictures, and in which order, depends on their keys and the number of workers alone.
 */
final class DealtPictures implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DealtPictures.class);

  private final JavaRDD<WorkerPictures> workers;
  private final List<Integer> counts;
  private final LabelSums labelSums = new LabelSums();

  private DealtPictures(JavaRDD<WorkerPictures> workers, List<Integer> counts) {
    this.workers = workers;
    this.counts = counts;
  }

  /**
   * Counts and deals out.
   *
   * @param pictures read twice: now, and when something first asks for {@link #workers}
   * @param workers how many share the pictures; fewer where there are fewer pictures
   */
  static DealtPictures of(JavaPairRDD<PictureKey, PictureRecord> pictures, int workers) {
    long[] buckets =
        pictures.aggregate(
            new long[PictureKey.BUCKETS],
            (counts, picture) -> {
              if (picture._2().isForTraining()) counts[picture._1().bucket()]++;
              return counts;
            },
            DealtPictures::add);
    return of(pictures, buckets, HeldOutPictures.none(), workers);
  }

  /**
   * Deals out.
   *
   * @param pictures read when something first asks for {@link #workers}
   * @param buckets how many pictures to train on are in each bucket of the keys: workers are to
   *     have as many of these, whatever else they have
   * @param heldOut which of the pictures to validate with after all
   * @param workers how many share the pictures; fewer where there are fewer pictures
   */
  static DealtPictures of(
      JavaPairRDD<PictureKey, PictureRecord> pictures,
      long[] buckets,
      HeldOutPictures heldOut,
      int workers) {
    long total = Math.max(1, Arrays.stream(buckets).sum());
    int dealt = (int) Math.min(workers, total);
    if (dealt < workers) {
      LOG.warn("There are {} pictures, so {} workers train instead of {}", total, dealt, workers);
    }
    DealingPartitioner partitioner = new DealingPartitioner(buckets, dealt);
    JavaRDD<WorkerPictures> own =
        pictures
            .repartitionAndSortWithinPartitions(partitioner)
            .mapPartitions(records -> List.of(new WorkerPictures(records, heldOut)).iterator())
            // Executors hold them off the heap, too: what is here serves those that come later.
            .persist(StorageLevel.DISK_ONLY());
    return new DealtPictures(own, counts(partitioner, buckets));
  }

  /** One element for each partition, which is a worker's. */
  JavaRDD<WorkerPictures> workers() {
    return workers;
  }

  /** Pictures that each worker trains on. */
  List<Integer> counts() {
    return counts;
  }

  /** Of all pictures, worker by worker; whoever reads the pictures first makes them. */
  LabelSums labelSums() {
    return labelSums;
  }

  /** Gives the executors' disks back. */
  @Override
  public void close() {
    workers.unpersist(false);
  }

  private static List<Integer> counts(DealingPartitioner partitioner, long[] buckets) {
    long[] sums = new long[partitioner.numPartitions()];
    for (int bucket = 0; bucket < buckets.length; bucket++) {
      sums[partitioner.worker(bucket)] += buckets[bucket];
    }
    List<Integer> counts = new ArrayList<>();
    for (long sum : sums) counts.add(Math.toIntExact(sum));
    return counts;
  }

  private static long[] add(long[] counts, long[] others) {
    for (int i = 0; i < counts.length; i++) counts[i] += others[i];
    return counts;
  }
}
