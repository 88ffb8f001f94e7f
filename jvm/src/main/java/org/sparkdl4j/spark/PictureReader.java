package org.sparkdl4j.spark;

import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.Iterator;
import org.apache.spark.sql.Row;
import org.apache.spark.util.LongAccumulator;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.image.DamagedImage;
import org.sparkdl4j.image.DamagedImageException;
import org.sparkdl4j.image.DecodeOptions;
import org.sparkdl4j.image.ImageDecoder;
import org.sparkdl4j.spec.Json;
import scala.Tuple2;

/** Makes pictures of the rows that {@link PictureColumns#select} gives, in the executors. */
final class PictureReader implements Serializable {
  private static final long serialVersionUID = 1;

  private final PictureColumns columns;
  private final LabelIndex labels;

  /** As text: the options' class knows nothing of Spark. */
  private final String image;

  private final long seed;
  private final LongAccumulator damaged;

  /**
   * A reader.
   *
   * @param seed of the pictures' keys
   * @param damaged counts the damaged pictures, for those who watch
   */
  PictureReader(
      PictureColumns columns,
      LabelIndex labels,
      DecodeOptions image,
      long seed,
      LongAccumulator damaged) {
    this.columns = columns;
    this.labels = labels;
    this.image = Json.write(image.toJson());
    this.seed = seed;
    this.damaged = damaged;
  }

  /** The pictures of a partition. */
  Iterator<Tuple2<PictureKey, PictureRecord>> read(Iterator<Row> rows) {
    ImageDecoder decoder =
        new ImageDecoder(DecodeOptions.fromJson(Json.readObject(image, "the image options")));
    return new Iterator<Tuple2<PictureKey, PictureRecord>>() {
      @Override
      public boolean hasNext() {
        return rows.hasNext();
      }

      @Override
      public Tuple2<PictureKey, PictureRecord> next() {
        return ExecutorMemory.with(() -> read(rows.next(), decoder));
      }
    };
  }

  /**
   * One picture.
   *
   * @throws SparkDl4jException DATA_LABELS, DATA_COLUMN or DATA_NOT_FINITE for what stands beside
   *     the picture; a picture that cannot be used is no error
   */
  private Tuple2<PictureKey, PictureRecord> read(Row row, ImageDecoder decoder) {
    int label = label(row);
    float weight = columns.hasWeight() ? weight(row) : 1;
    boolean isValidation = columns.hasValidationIndicator() && isValidation(row);
    Object cell = row.get(PictureColumns.PICTURE);
    byte[] content = PictureCell.content(cell);
    PictureKey key = PictureKey.of(content, label, weight, isValidation, seed);
    byte[] pixels = new byte[decoder.options().pictureBytes()];
    DamagedImage damage = null;
    try {
      PictureCell.decode(cell, decoder, ByteBuffer.wrap(pixels));
    } catch (DamagedImageException e) {
      damage = new DamagedImage(row.getString(PictureColumns.FILE), e.reason(), e.detail());
      damaged.add(1);
      pixels = null;
    }
    return new Tuple2<>(key, new PictureRecord(label, weight, isValidation, pixels, damage));
  }

  private int label(Row row) {
    Object value = row.get(PictureColumns.LABEL);
    int label = value == null ? -1 : labels.index(value);
    if (label >= 0) return label;
    String named =
        "the label of " + name(row) + " in the column " + columns.label() + " is " + value;
    throw new SparkDl4jException(
        ErrorCode.DATA_LABELS,
        value == null
            ? named + ": remove such rows"
            : named + ", which is none of the " + labels.names().size() + " classes");
  }

  private float weight(Row row) {
    String column = columns.weight();
    if (row.isNullAt(columns.weightAt())) throw missing(row, column, "weightCol", "a number");
    float weight = row.getFloat(columns.weightAt());
    if (weight >= 0 && weight <= Float.MAX_VALUE) return weight;
    throw new SparkDl4jException(
        ErrorCode.DATA_NOT_FINITE,
        "the column "
            + column
            + ", which weightCol names, must be finite and not negative, but is "
            + weight
            + " for "
            + name(row));
  }

  private boolean isValidation(Row row) {
    int at = columns.validationIndicatorAt();
    if (!row.isNullAt(at)) return row.getBoolean(at);
    throw missing(
        row, columns.validationIndicator(), "validationIndicatorCol", "either true or false");
  }

  private static SparkDl4jException missing(Row row, String column, String role, String wanted) {
    return new SparkDl4jException(
        ErrorCode.DATA_COLUMN,
        "the column "
            + column
            + ", which "
            + role
            + " names, is null for "
            + name(row)
            + ": it must be "
            + wanted
            + " for every picture");
  }

  private static String name(Row row) {
    String path = row.getString(PictureColumns.FILE);
    return path == null ? "a picture" : path;
  }
}
