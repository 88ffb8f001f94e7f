package org.sparkdl4j.spark;

import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;

/** What is said of a DataFrame that lacks a column, or has one already. */
final class ColumnErrors {
  private ColumnErrors() {}

  /** DATA_COLUMN for a column that is wanted; the role follows its name. */
  static SparkDl4jException missing(Dataset<Row> rows, String column, String role) {
    return of(
        column,
        "there is no column "
            + column
            + role
            + "; the columns are "
            + String.join(", ", rows.columns()));
  }

  /** DATA_COLUMN for a column that is to be added, and whose name the caller chooses. */
  static SparkDl4jException present(String column) {
    return of(column, has(column) + ", or name the one that is added otherwise");
  }

  /** DATA_COLUMN for a column that is to be added, and has one name only. */
  static SparkDl4jException presentAlways(String column) {
    return of(column, has(column));
  }

  private static String has(String column) {
    return "the DataFrame has a column " + column + " already: drop it";
  }

  private static SparkDl4jException of(String column, String sentence) {
    return new SparkDl4jException(ErrorCode.DATA_COLUMN, sentence).with("column", column);
  }
}
