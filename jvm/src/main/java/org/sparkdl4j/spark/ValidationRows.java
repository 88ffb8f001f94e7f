package org.sparkdl4j.spark;

import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;

/** Pictures to train on and pictures to validate with, as training takes them: in one DataFrame. */
public final class ValidationRows {
  /** The boolean column that tells which are which. */
  public static final String INDICATOR = "validation";

  private ValidationRows() {}

  /**
   * Both, with the classes of the pictures to train on.
   *
   * @param train as {@link PictureTable#read} gives it
   * @param validation likewise; its classes are some of {@code train}'s
   * @return path, label, image, and the column {@link #INDICATOR}
   * @throws org.sparkdl4j.error.SparkDl4jException DATA_LABELS for a class that is not to be
   *     trained
   */
  public static Dataset<Row> of(Dataset<Row> train, Dataset<Row> validation) {
    List<String> classes = LabelIndex.of(train, PictureTable.LABEL).names();
    KnownClasses.require(validation, PictureTable.CLASS, classes);
    Column[] indices = new Column[2 * classes.size()];
    for (int i = 0; i < classes.size(); i++) {
      indices[2 * i] = functions.lit(classes.get(i));
      indices[2 * i + 1] = functions.lit((double) i);
    }
    Column label = functions.element_at(functions.map(indices), functions.col(PictureTable.CLASS));
    Dataset<Row> both =
        select(train, functions.col(PictureTable.LABEL), false)
            .union(select(validation, label, true));
    // A union keeps no metadata.
    return both.withColumn(
        PictureTable.LABEL,
        functions
            .col(PictureTable.LABEL)
            .as(PictureTable.LABEL, LabelIndex.metadata(classes.toArray(new String[0]))));
  }

  private static Dataset<Row> select(Dataset<Row> rows, Column label, boolean isValidation) {
    return rows.select(
        functions.col(PictureTable.PATH),
        label.as(PictureTable.LABEL),
        functions.col(PictureTable.IMAGE),
        functions.lit(isValidation).as(INDICATOR));
  }
}
