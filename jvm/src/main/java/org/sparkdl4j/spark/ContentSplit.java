package org.sparkdl4j.spark;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.expressions.WindowSpec;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.dataset.StratifiedSplit;
import org.sparkdl4j.spec.Json;

/**
 * Splits the pictures of a DataFrame in two so that every class is held out by the same share. Of
 * each class those are held out whose content comes first by a seeded hash: so the split is the
 * same however Spark packs the rows, and copies of a picture are on one side. Only the sizes of the
 * classes and one hash of each come to the driver.
 */
public final class ContentSplit {
  private static final String KEY = "sparkdl4j_key";
  private static final String LABEL = "sparkdl4j_label";
  private static final String SIZE = "sparkdl4j_size";
  private static final String LAST_KEY = "sparkdl4j_last_key";
  private static final String COUNT = "sparkdl4j_count";
  private static final String BEFORE = "sparkdl4j_before";
  private static final String IS_LAST = "sparkdl4j_is_last";

  private final Dataset<Row> rest;
  private final Dataset<Row> heldOut;
  private final String counts;

  private ContentSplit(Dataset<Row> rest, Dataset<Row> heldOut, String counts) {
    this.rest = rest;
    this.heldOut = heldOut;
    this.counts = counts;
  }

  /**
   * Splits.
   *
   * @param features the column of encoded pictures, binary
   * @param label the column of the classes, of any type that can be sorted
   * @param fraction as of {@link StratifiedSplit}, whose sizes are kept to unless there are copies
   *     of pictures
   * @param seed chooses the pictures
   * @throws org.sparkdl4j.error.SparkDl4jException PARAMETER_RANGE, DATA_EMPTY, SPARK_JOB
   */
  public static ContentSplit of(
      Dataset<Row> rows, String features, String label, double fraction, long seed) {
    return JobFailure.translate(() -> split(rows, features, label, fraction, seed));
  }

  /** The pictures that remain, with the columns of the DataFrame. */
  public Dataset<Row> rest() {
    return rest;
  }

  /** The pictures that are held out, with the columns of the DataFrame. */
  public Dataset<Row> heldOut() {
    return heldOut;
  }

  /** How many pictures of each class are where: JSON, {@code rest} and {@code held_out}. */
  public String counts() {
    return counts;
  }

  private static ContentSplit split(
      Dataset<Row> rows, String features, String label, double fraction, long seed) {
    Column labels = rows.col(PictureColumns.quoted(label));
    Column key = key(rows.col(PictureColumns.quoted(features)), seed);
    DataType labelType = rows.select(labels).schema().fields()[0].dataType();
    List<Row> classes =
        rows.select(labels.as(LABEL))
            .groupBy(LABEL)
            .agg(functions.count(functions.lit(1)))
            .orderBy(LABEL)
            .collectAsList();
    List<Row> heldOut =
        heldOut(rows.select(labels.as(LABEL), key.as(KEY)), sizes(classes, fraction), labelType);
    Dataset<Row> lastKeys =
        rows.sparkSession()
            .createDataset(
                heldOut,
                Encoders.row(
                    new StructType()
                        .add(LABEL, labelType)
                        .add(LAST_KEY, DataTypes.StringType)
                        .add(COUNT, DataTypes.LongType)));
    Dataset<Row> marked =
        rows.withColumn(KEY, key)
            .join(functions.broadcast(lastKeys), labels.equalTo(lastKeys.col(LABEL)), "left");
    // A class of which nothing is held out has no last key.
    Column isHeldOut =
        functions.coalesce(
            functions.col(KEY).leq(functions.col(LAST_KEY)), functions.lit(Boolean.FALSE));
    Column[] columns = new Column[rows.columns().length];
    for (int i = 0; i < columns.length; i++) {
      columns[i] = rows.col(PictureColumns.quoted(rows.columns()[i]));
    }
    return new ContentSplit(
        marked.where(functions.not(isHeldOut)).select(columns),
        marked.where(isHeldOut).select(columns),
        counts(classes, heldOut));
  }

  private static Column key(Column encoded, long seed) {
    byte[] salt = ByteBuffer.allocate(Long.BYTES).putLong(0, seed).array();
    Column content = functions.coalesce(encoded, functions.lit(new byte[0]));
    return functions.sha2(functions.concat(functions.lit(salt), content), 256);
  }

  /** By class, how many pictures to hold out. */
  private static List<Row> sizes(List<Row> classes, double fraction) {
    int[] members = classes.stream().mapToInt(row -> Math.toIntExact(row.getLong(1))).toArray();
    int[] quotas = StratifiedSplit.quotas(members, fraction);
    List<Row> sizes = new ArrayList<>();
    for (int i = 0; i < quotas.length; i++) {
      sizes.add(RowFactory.create(classes.get(i).get(0), quotas[i]));
    }
    return sizes;
  }

  /** By class, the last of the keys that are held out, and how many pictures are. */
  private static List<Row> heldOut(Dataset<Row> rows, List<Row> sizes, DataType labelType) {
    Dataset<Row> wanted =
        rows.sparkSession()
            .createDataset(
                sizes,
                Encoders.row(
                    new StructType().add(LABEL, labelType).add(SIZE, DataTypes.IntegerType)));
    Dataset<Row> keys = rows.groupBy(LABEL, KEY).agg(functions.count(functions.lit(1)).as(COUNT));
    WindowSpec inOrder = Window.partitionBy(LABEL).orderBy(KEY);
    Column before =
        functions
            .sum(COUNT)
            .over(inOrder.rowsBetween(Window.unboundedPreceding(), Window.currentRow()))
            .minus(functions.col(COUNT));
    // Whatever is held out, something remains to train on.
    Column isLast = functions.lead(KEY, 1).over(inOrder).isNull();
    return keys.withColumn(BEFORE, before)
        .withColumn(IS_LAST, isLast)
        .join(functions.broadcast(wanted), LABEL)
        .where(BEFORE + " < " + SIZE + " and not " + IS_LAST)
        .groupBy(LABEL)
        .agg(functions.max(KEY), functions.sum(COUNT))
        .collectAsList();
  }

  private static String counts(List<Row> classes, List<Row> heldOut) {
    Map<Object, Long> held = new HashMap<>();
    for (Row row : heldOut) held.put(row.get(0), row.getLong(2));
    ObjectNode json = Json.object();
    ObjectNode rest = json.putObject("rest");
    ObjectNode out = json.putObject("held_out");
    for (Row row : classes) {
      String name = String.valueOf(row.get(0));
      long own = held.getOrDefault(row.get(0), 0L);
      rest.put(name, row.getLong(1) - own);
      out.put(name, own);
    }
    return Json.write(json);
  }
}
