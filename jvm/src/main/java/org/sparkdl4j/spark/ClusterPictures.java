package org.sparkdl4j.spark;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.LongStream;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.storage.StorageLevel;
import org.apache.spark.util.LongAccumulator;
import org.nd4j.shade.jackson.databind.node.ArrayNode;
import org.sparkdl4j.dataset.DamagedShare;
import org.sparkdl4j.dataset.PictureStatistics;
import org.sparkdl4j.dataset.PixelType;
import org.sparkdl4j.dataset.ScalerKind;
import org.sparkdl4j.dataset.StandardScaler;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.image.DamagedImage;
import org.sparkdl4j.image.DecodeOptions;
import org.sparkdl4j.spec.Json;
import org.sparkdl4j.training.CancelledException;
import scala.Tuple2;

/**
 * The labelled pictures of a DataFrame, decoded and dealt out to workers, on the executors' local
 * disks. Which worker has which pictures, and in which order, depends on their content, the seed
 * and the number of workers alone.
 */
public final class ClusterPictures implements AutoCloseable {
  private final DealtPictures dealt;
  private final LabelIndex labels;
  private final DecodeOptions image;
  private final boolean weighted;
  private final List<DamagedImage> damaged = new ArrayList<>();
  private final PictureStatistics statistics;
  private int[][] counts;
  private long validationCount;

  private ClusterPictures(
      DealtPictures dealt, LabelIndex labels, DecodeOptions image, boolean weighted) {
    this.dealt = dealt;
    this.labels = labels;
    this.image = image;
    this.weighted = weighted;
    statistics =
        PictureStatistics.of(
            PixelType.of(image), image.height() * image.width() * image.channels());
  }

  /**
   * Decodes and deals out.
   *
   * @param rows the DataFrame
   * @throws SparkDl4jException DATA_COLUMN, DATA_LABELS, DATA_ONE_CLASS, DATA_NOT_FINITE,
   *     DATA_EMPTY, DATA_DAMAGED
   */
  public static ClusterPictures of(Dataset<Row> rows, DealingOptions options) {
    CancellableJobs jobs =
        new CancellableJobs(JavaSparkContext.fromSparkContext(rows.sparkSession().sparkContext()));
    return of(jobs, rows, options);
  }

  /** The same, as jobs that can be cancelled; SPARK_JOB then. */
  static ClusterPictures of(CancellableJobs jobs, Dataset<Row> rows, DealingOptions options) {
    try {
      return jobs.run(() -> deal(rows, options));
    } catch (CancelledException e) {
      throw new SparkDl4jException(
          ErrorCode.SPARK_JOB, "the Spark job that reads the pictures was cancelled", e);
    }
  }

  private static ClusterPictures deal(Dataset<Row> rows, DealingOptions options) {
    PictureColumns columns = options.columns();
    DecodeOptions image = options.image();
    Dataset<Row> selected = columns.select(rows);

    LabelIndex labels = LabelIndex.of(rows, columns.label());
    LongAccumulator damaged =
        rows.sparkSession().sparkContext().longAccumulator("sparkdl4j images damaged");
    PictureReader reader = new PictureReader(columns, labels, image, options.seed(), damaged);
    JavaPairRDD<PictureKey, PictureRecord> decoded =
        selected.javaRDD().mapPartitionsToPair(reader::read);
    decoded.persist(StorageLevel.MEMORY_AND_DISK_SER());
    try {
      PictureCounts counts =
          decoded.aggregate(
              new PictureCounts(labels.names().size()), PictureCounts::add, PictureCounts::merge);
      HeldOutPictures heldOut =
          options.validationFraction() == 0 || counts.training() == 0
              ? HeldOutPictures.none()
              : holdOut(decoded, counts, options.validationFraction(), options.seed());
      DealtPictures dealt = DealtPictures.of(decoded, counts.buckets(), heldOut, options.workers());
      ClusterPictures pictures = new ClusterPictures(dealt, labels, image, columns.hasWeight());
      try {
        pictures.summarise(options.maxDamaged());
        counts.check(columns, labels);
      } catch (Throwable e) {
        // Spark's own exception is a checked one, which the Java API does not declare.
        pictures.close();
        throw e;
      }
      return pictures;
    } finally {
      decoded.unpersist(false);
    }
  }

  /** The pictures to hold out, which leave the counts of those to train on. */
  private static HeldOutPictures holdOut(
      JavaPairRDD<PictureKey, PictureRecord> decoded,
      PictureCounts counts,
      double fraction,
      long seed) {
    long[][] hashes = hashes(decoded, counts.classes());
    HeldOutPictures heldOut = HeldOutPictures.of(hashes, fraction, seed);
    for (int label = 0; label < hashes.length; label++) {
      for (long hash : hashes[label]) {
        if (heldOut.isHeldOut(hash, label)) counts.buckets()[PictureKey.bucket(hash)]--;
      }
    }
    return heldOut;
  }

  /** Eight bytes of every picture to train on, by class. */
  private static long[][] hashes(JavaPairRDD<PictureKey, PictureRecord> decoded, int classes) {
    List<long[][]> parts =
        decoded
            .mapPartitions(
                pictures -> {
                  LongStream.Builder[] hashes = new LongStream.Builder[classes];
                  Arrays.setAll(hashes, label -> LongStream.builder());
                  while (pictures.hasNext()) {
                    Tuple2<PictureKey, PictureRecord> picture = pictures.next();
                    PictureRecord record = picture._2();
                    if (record.isForTraining()) hashes[record.label].add(picture._1().hash());
                  }
                  long[][] own = new long[classes][];
                  Arrays.setAll(own, label -> hashes[label].build().toArray());
                  return Collections.singletonList(own).iterator();
                })
            .collect();
    long[][] all = new long[classes][];
    Arrays.setAll(
        all, label -> parts.stream().flatMapToLong(part -> Arrays.stream(part[label])).toArray());
    return all;
  }

  /** The scaler, fitted on the pictures to train on. */
  public StandardScaler scaler(ScalerKind kind) {
    return StandardScaler.fit(
        kind, new int[] {image.height(), image.width(), image.channels()}, statistics);
  }

  /** Damaged pictures, in the order of the workers. */
  public List<DamagedImage> damaged() {
    return List.copyOf(damaged);
  }

  /** Pictures to validate with. */
  public long validationCount() {
    return validationCount;
  }

  DealtPictures dealt() {
    return dealt;
  }

  LabelIndex labels() {
    return labels;
  }

  /** The names of the classes, of one JSON type, in the order of their indices. */
  public ArrayNode classes() {
    return labels.labels();
  }

  DecodeOptions image() {
    return image;
  }

  boolean isWeighted() {
    return weighted;
  }

  /** Of every worker the pictures to train on, by class. */
  int[][] counts() {
    return counts;
  }

  /** Gives the executors' disks back. */
  @Override
  public void close() {
    dealt.close();
  }

  private void summarise(double maxDamaged) {
    // Options travel as text: they are of a class that knows nothing of Spark.
    String options = Json.write(image.toJson());
    int classes = labels.names().size();
    List<WorkerPictures.Summary> summaries =
        dealt.workers().map(own -> own.summary(decodeOptions(options), classes)).collect();
    counts = summaries.stream().map(summary -> summary.training).toArray(int[][]::new);
    for (WorkerPictures.Summary summary : summaries) {
      validationCount += summary.validation;
      statistics.addAll(summary.statistics);
      damaged.addAll(summary.damaged);
      dealt.labelSums().addPart(summary.labelSum, summary.weightSum);
    }
    long good = statistics.pictures() + validationCount;
    if (good + damaged.size() == 0) {
      throw new SparkDl4jException(
          ErrorCode.DATA_EMPTY, "there are no pictures to train on: the DataFrame is empty");
    }
    DamagedShare.check(damaged, good + damaged.size(), maxDamaged);
    if (statistics.pictures() == 0) {
      throw new SparkDl4jException(
          ErrorCode.DATA_EMPTY, "there are no pictures to train on: all are for validation");
    }
  }

  private static DecodeOptions decodeOptions(String json) {
    return DecodeOptions.fromJson(Json.readObject(json, "the image options"));
  }
}
