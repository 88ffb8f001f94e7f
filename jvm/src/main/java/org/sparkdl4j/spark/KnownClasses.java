package org.sparkdl4j.spark;

import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;

/** The check that pictures are of no class that a classifier has not been trained on. */
final class KnownClasses {
  private KnownClasses() {}

  /**
   * Checks.
   *
   * @param column the names of the classes, string
   * @param known those of the training
   * @throws SparkDl4jException DATA_LABELS
   */
  static void require(Dataset<Row> rows, String column, List<String> known) {
    for (Row row : rows.select(column).distinct().orderBy(column).collectAsList()) {
      if (row.isNullAt(0)) {
        throw new SparkDl4jException(
                ErrorCode.DATA_LABELS, "the column " + column + " holds null: remove these rows")
            .with("column", column);
      }
      if (!known.contains(row.getString(0))) {
        throw new SparkDl4jException(
                ErrorCode.DATA_LABELS,
                "the pictures have the class "
                    + row.getString(0)
                    + ", which the training data do not have: "
                    + known)
            .with("unknown", row.getString(0));
      }
    }
  }
}
