package org.sparkdl4j.spark;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.storage.StorageLevel;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;

/**
 * Predictions as the command writes them: path, prediction (the class's name), probability (of that
 * class), {@code p_} and a name for every class, damaged.
 */
public final class PredictionTable {
  /** Local paths are written as on one machine. */
  private static final Pattern LOCAL = Pattern.compile("^file:(//)?(?=/)");

  private static final int DECIMALS = 6;

  private final Dataset<Row> rows;

  private PredictionTable(Dataset<Row> rows) {
    this.rows = rows;
  }

  /**
   * Predictions that nothing has asked for yet.
   *
   * @param pictures as {@link PictureTable#readUnlabelled} gives them
   */
  public static PredictionTable of(ClusterClassifier classifier, Dataset<Row> pictures) {
    StructType schema =
        new StructType()
            .add(PictureTable.PATH, DataTypes.StringType)
            .add("prediction", DataTypes.StringType)
            .add("probability", DataTypes.DoubleType);
    for (String name : classifier.names()) schema = schema.add("p_" + name, DataTypes.DoubleType);
    schema = schema.add("damaged", DataTypes.StringType);
    Dataset<Row> predicted =
        classifier
            .transform(
                pictures.select(PictureTable.PATH, PictureTable.IMAGE),
                PictureTable.IMAGE,
                new OutputColumns("index", "prediction", "probabilities", "", "damaged"))
            .select(PictureTable.PATH, "index", "prediction", "probabilities", "damaged");
    int classes = classifier.names().size();
    MapFunction<Row, Row> flat = row -> flat(row, classes);
    return new PredictionTable(predicted.map(flat, Encoders.row(schema)));
  }

  /** Whether {@link #write} makes Parquet of a folder of that name. */
  public static boolean isParquet(String folder) {
    return folder.endsWith(PictureFiles.PARQUET);
  }

  /** The names of the columns. */
  public List<String> columns() {
    return List.of(rows.columns());
  }

  /**
   * The rows of {@link #text} in the order of their paths, empty text for null. They come to this
   * machine partition by partition.
   *
   * @throws SparkDl4jException SPARK_JOB
   */
  public Iterator<List<String>> sorted() {
    // Sorting looks at the rows twice; they are few bytes beside the pictures.
    Dataset<Row> kept = text().persist(StorageLevel.MEMORY_AND_DISK());
    Iterator<Row> sorted =
        JobFailure.translate(() -> kept.orderBy(PictureTable.PATH).toLocalIterator());
    return new Iterator<List<String>>() {
      @Override
      public boolean hasNext() {
        boolean isMore = JobFailure.translate(sorted::hasNext);
        if (!isMore) kept.unpersist(false);
        return isMore;
      }

      @Override
      public List<String> next() {
        Row row = JobFailure.translate(sorted::next);
        List<String> values = new ArrayList<>();
        for (int i = 0; i < row.length(); i++) values.add(row.isNullAt(i) ? "" : row.getString(i));
        return values;
      }
    };
  }

  /**
   * Writes a folder: Parquet where its name ends with {@code .parquet}, else CSV.
   *
   * @param folder on any of Hadoop's file systems; it must not exist
   * @throws SparkDl4jException FILE_UNWRITABLE when it exists, SPARK_JOB
   */
  public void write(String folder) {
    try {
      JobFailure.translate(
          () -> {
            if (isParquet(folder)) rows.write().parquet(folder);
            else text().write().option("header", "true").csv(folder);
            return null;
          });
    } catch (SparkDl4jException e) {
      if (!String.valueOf(e.getMessage()).contains("PATH_ALREADY_EXISTS")) throw e;
      throw new SparkDl4jException(
              ErrorCode.FILE_UNWRITABLE, folder + " exists already: name another, or remove it", e)
          .with("path", folder);
    }
  }

  /**
   * Writes a folder, in place of one that is there.
   *
   * @param isParquet whether as Parquet, rather than as CSV
   * @throws SparkDl4jException SPARK_JOB
   */
  void replace(String folder, boolean isParquet) {
    JobFailure.translate(
        () -> {
          if (isParquet) rows.write().mode(SaveMode.Overwrite).parquet(folder);
          else text().write().mode(SaveMode.Overwrite).option("header", "true").csv(folder);
          return null;
        });
  }

  /** All rows as text, numbers with six decimals, null where there is nothing. */
  public Dataset<Row> text() {
    Column[] columns = new Column[rows.columns().length];
    for (int i = 0; i < columns.length; i++) {
      String name = rows.columns()[i];
      Column column = rows.col(PictureColumns.quoted(name));
      boolean isNumber = i >= 2 && i < columns.length - 1;
      columns[i] = isNumber ? functions.format_number(column, DECIMALS).as(name) : column;
    }
    return rows.select(columns);
  }

  private static Row flat(Row row, int classes) {
    List<Object> values = new ArrayList<>();
    String path = row.getString(0);
    values.add(path == null ? null : LOCAL.matcher(path).replaceFirst(""));
    values.add(row.get(2));
    Vector probabilities = (Vector) row.get(3);
    values.add(probabilities == null ? null : probabilities.apply((int) row.getDouble(1)));
    for (int i = 0; i < classes; i++) {
      values.add(probabilities == null ? null : probabilities.apply(i));
    }
    values.add(row.get(4));
    return RowFactory.create(values.toArray());
  }
}
