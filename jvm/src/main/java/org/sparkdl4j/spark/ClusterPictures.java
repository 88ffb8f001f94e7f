package org.sparkdl4j.spark;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.storage.StorageLevel;
import org.sparkdl4j.dataset.DamagedShare;
import org.sparkdl4j.dataset.PixelSums;
import org.sparkdl4j.dataset.ScalerKind;
import org.sparkdl4j.dataset.StandardScaler;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.image.DamagedImage;
import org.sparkdl4j.image.DamagedImageException;
import org.sparkdl4j.image.DecodeOptions;
import org.sparkdl4j.image.ImageDecoder;
import org.sparkdl4j.spec.Json;
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
  private final PixelSums sums;
  private long validationCount;

  private ClusterPictures(
      DealtPictures dealt, LabelIndex labels, DecodeOptions image, boolean weighted) {
    this.dealt = dealt;
    this.labels = labels;
    this.image = image;
    this.weighted = weighted;
    sums = new PixelSums(image.height() * image.width() * image.channels());
  }

  /**
   * Decodes and deals out.
   *
   * @param rows the DataFrame
   * @param image size and kind of the pictures
   * @param workers how many share the pictures; fewer where there are fewer pictures
   * @param maxDamaged largest share of damaged pictures, 0 to 1
   * @throws SparkDl4jException DATA_COLUMN, DATA_LABELS, DATA_ONE_CLASS, DATA_EMPTY, DATA_DAMAGED
   */
  public static ClusterPictures of(
      Dataset<Row> rows,
      PictureColumns columns,
      DecodeOptions image,
      int workers,
      long seed,
      double maxDamaged) {
    Dataset<Row> selected = columns.select(rows);
    return JobFailure.translate(
        () -> deal(rows, selected, columns, image, workers, seed, maxDamaged));
  }

  private static ClusterPictures deal(
      Dataset<Row> rows,
      Dataset<Row> selected,
      PictureColumns columns,
      DecodeOptions image,
      int workers,
      long seed,
      double maxDamaged) {
    LabelIndex labels = LabelIndex.of(rows, columns.label());
    JavaPairRDD<PictureKey, PictureRecord> decoded =
        decoded(selected, columns, labels, image, seed);
    decoded.persist(StorageLevel.MEMORY_AND_DISK_SER());
    try {
      ClusterPictures pictures =
          new ClusterPictures(
              DealtPictures.of(decoded, workers), labels, image, columns.hasWeight());
      try {
        pictures.summarise(maxDamaged);
      } catch (RuntimeException | Error e) {
        pictures.close();
        throw e;
      }
      return pictures;
    } finally {
      decoded.unpersist(false);
    }
  }

  /** The scaler, fitted on the pictures to train on. */
  public StandardScaler scaler(ScalerKind kind) {
    return StandardScaler.fit(
        kind, new int[] {image.height(), image.width(), image.channels()}, sums);
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

  DecodeOptions image() {
    return image;
  }

  boolean isWeighted() {
    return weighted;
  }

  /** Gives the executors' disks back. */
  @Override
  public void close() {
    dealt.close();
  }

  private void summarise(double maxDamaged) {
    // Options travel as text: they are of a class that knows nothing of Spark.
    String options = Json.write(image.toJson());
    long good = 0;
    for (WorkerPictures.Summary summary :
        dealt.workers().map(own -> own.summary(decodeOptions(options))).collect()) {
      validationCount += summary.validation;
      good += summary.training + summary.validation;
      sums.add(summary.sums);
      damaged.addAll(summary.damaged);
    }
    if (good + damaged.size() == 0) {
      throw new SparkDl4jException(
          ErrorCode.DATA_EMPTY, "there are no pictures to train on: the DataFrame is empty");
    }
    DamagedShare.check(damaged, good + damaged.size(), maxDamaged);
    if (sums.pictures() == 0) {
      throw new SparkDl4jException(
          ErrorCode.DATA_EMPTY, "there are no pictures to train on: all are for validation");
    }
  }

  private static JavaPairRDD<PictureKey, PictureRecord> decoded(
      Dataset<Row> selected,
      PictureColumns columns,
      LabelIndex labels,
      DecodeOptions image,
      long seed) {
    String options = Json.write(image.toJson());
    int weightAt = columns.hasWeight() ? 3 : -1;
    int validationAt = columns.hasValidationIndicator() ? 3 + (columns.hasWeight() ? 1 : 0) : -1;
    return selected
        .javaRDD()
        .mapPartitionsToPair(
            rows -> {
              ImageDecoder decoder = new ImageDecoder(decodeOptions(options));
              return new Iterator<Tuple2<PictureKey, PictureRecord>>() {
                @Override
                public boolean hasNext() {
                  return rows.hasNext();
                }

                @Override
                public Tuple2<PictureKey, PictureRecord> next() {
                  return decoded(rows.next(), decoder, labels, weightAt, validationAt, seed);
                }
              };
            });
  }

  private static Tuple2<PictureKey, PictureRecord> decoded(
      Row row, ImageDecoder decoder, LabelIndex labels, int weightAt, int validationAt, long seed) {
    byte[] encoded = row.isNullAt(0) ? new byte[0] : row.getAs(0);
    int label = row.isNullAt(1) ? -1 : labels.index(row.get(1));
    if (label < 0) {
      throw new SparkDl4jException(
          ErrorCode.DATA_LABELS,
          "the label " + row.get(1) + " of " + row.getString(2) + " is none of the known classes");
    }
    float weight = weightAt < 0 ? 1 : row.getFloat(weightAt);
    boolean isValidation = validationAt >= 0 && row.getBoolean(validationAt);
    PictureKey key = PictureKey.of(encoded, label, weight, isValidation, seed);
    DecodeOptions image = decoder.options();
    byte[] pixels = new byte[image.height() * image.width() * image.channels()];
    DamagedImage damage = null;
    try {
      decoder.decode(encoded, ByteBuffer.wrap(pixels));
    } catch (DamagedImageException e) {
      damage = new DamagedImage(row.getString(2), e.reason(), e.detail());
      pixels = null;
    }
    return new Tuple2<>(key, new PictureRecord(label, weight, isValidation, pixels, damage));
  }

  private static DecodeOptions decodeOptions(String json) {
    return DecodeOptions.fromJson(Json.readObject(json, "the image options"));
  }
}
