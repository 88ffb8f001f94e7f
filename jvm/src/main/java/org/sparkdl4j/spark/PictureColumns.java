package org.sparkdl4j.spark;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StringType;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;

/** Which columns of a DataFrame hold what of labelled pictures. */
public final class PictureColumns {
  /** The name under which damaged pictures are reported, where there is such a column. */
  static final String PATH = "path";

  private final String features;
  private final String label;
  private final String weight;
  private final String validationIndicator;

  /**
   * Columns.
   *
   * @param features the encoded pictures, binary
   * @param label the classes, strings or numbers
   * @param weight by how much the loss of each picture counts, numbers; null for all by 1
   * @param validationIndicator whether a picture is not trained on but validated with, boolean;
   *     null for none
   */
  public PictureColumns(String features, String label, String weight, String validationIndicator) {
    this.features = features;
    this.label = label;
    this.weight = weight;
    this.validationIndicator = validationIndicator;
  }

  String label() {
    return label;
  }

  boolean hasWeight() {
    return weight != null;
  }

  boolean hasValidationIndicator() {
    return validationIndicator != null;
  }

  /**
   * The columns alone: picture, label, path (null where there is none), then weight and indicator
   * where there are any.
   *
   * @throws SparkDl4jException DATA_COLUMN when a column is missing or of another type
   */
  Dataset<Row> select(Dataset<Row> rows) {
    require(
        rows,
        features,
        "features",
        "binary (encoded pictures)",
        type(rows, features) instanceof BinaryType);
    DataType labels = type(rows, label);
    require(
        rows,
        label,
        "label",
        "string or numeric",
        labels instanceof StringType || labels instanceof NumericType);
    List<Column> columns = new ArrayList<>();
    columns.add(rows.col(quoted(features)));
    columns.add(rows.col(quoted(label)));
    boolean hasPath = type(rows, PATH) instanceof StringType;
    columns.add(hasPath ? rows.col(PATH) : functions.lit(null).cast("string").as(PATH));
    if (weight != null) {
      require(rows, weight, "weight", "numeric", type(rows, weight) instanceof NumericType);
      columns.add(rows.col(quoted(weight)).cast("float"));
    }
    if (validationIndicator != null) {
      DataType type = type(rows, validationIndicator);
      require(
          rows, validationIndicator, "validationIndicator", "boolean", type instanceof BooleanType);
      columns.add(rows.col(quoted(validationIndicator)));
    }
    return rows.select(columns.toArray(new Column[0]));
  }

  /** The type of a column; null when there is none of that name. */
  static DataType type(Dataset<Row> rows, String column) {
    return Arrays.asList(rows.columns()).contains(column)
        ? rows.schema().apply(column).dataType()
        : null;
  }

  /** A name as {@code Dataset.col} takes it when it holds dots. */
  static String quoted(String column) {
    return '`' + column.replace("`", "``") + '`';
  }

  private static void require(
      Dataset<Row> rows, String column, String role, String wanted, boolean isRight) {
    DataType type = type(rows, column);
    if (type == null) {
      throw new SparkDl4jException(
              ErrorCode.DATA_COLUMN,
              "there is no column "
                  + column
                  + ", which "
                  + role
                  + "Col names; the columns are "
                  + String.join(", ", rows.columns()))
          .with("column", column);
    }
    if (!isRight) {
      throw new SparkDl4jException(
              ErrorCode.DATA_COLUMN,
              "the column "
                  + column
                  + ", which "
                  + role
                  + "Col names, must be "
                  + wanted
                  + ", but is "
                  + type.simpleString())
          .with("column", column);
    }
  }
}
