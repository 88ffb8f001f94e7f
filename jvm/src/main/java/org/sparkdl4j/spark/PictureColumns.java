package org.sparkdl4j.spark;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StringType;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;

/** Which columns of a DataFrame hold what of labelled pictures. */
public final class PictureColumns implements Serializable {
  /** Where {@link #select} puts the columns that are always there. */
  static final int PICTURE = 0;

  static final int LABEL = 1;
  static final int FILE = 2;

  /** The name under which damaged pictures are reported, where there is such a column. */
  static final String PATH = "path";

  private static final long serialVersionUID = 1;

  private final String features;
  private final String label;
  private final String weight;
  private final String validationIndicator;

  /**
   * Columns.
   *
   * @param features the pictures: encoded, binary, or as Spark's data source "image" gives them
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

  String weight() {
    return weight;
  }

  String validationIndicator() {
    return validationIndicator;
  }

  boolean hasWeight() {
    return weight != null;
  }

  boolean hasValidationIndicator() {
    return validationIndicator != null;
  }

  /** Where {@link #select} puts the weight. */
  int weightAt() {
    return FILE + 1;
  }

  /** Where {@link #select} puts the indicator. */
  int validationIndicatorAt() {
    return hasWeight() ? FILE + 2 : FILE + 1;
  }

  /**
   * The columns alone: picture, label, file (null where it is unknown), then weight and indicator
   * where there are any.
   *
   * @throws SparkDl4jException DATA_COLUMN when a column is missing or of another type
   */
  Dataset<Row> select(Dataset<Row> rows) {
    requirePictures(rows, features);
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
    columns.add(file(rows));
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

  /**
   * Checks a column of pictures.
   *
   * @throws SparkDl4jException DATA_COLUMN when it is missing or of another type
   */
  static void requirePictures(Dataset<Row> rows, String features) {
    boolean isRight = PictureCell.isPicture(type(rows, features));
    require(rows, features, "features", PictureCell.WANTED, isRight);
  }

  /** The type of a column; null when there is none of that name. */
  static DataType type(Dataset<Row> rows, String column) {
    return PictureCell.typeOf(rows.schema(), column);
  }

  /** A name as {@code Dataset.col} takes it when it holds dots. */
  static String quoted(String column) {
    return '`' + column.replace("`", "``") + '`';
  }

  private Column file(Dataset<Row> rows) {
    if (type(rows, PATH) instanceof StringType) return rows.col(PATH);
    return PictureCell.hasOrigin(type(rows, features))
        ? rows.col(quoted(features)).getField(PictureCell.ORIGIN)
        : functions.lit(null).cast("string");
  }

  private static void require(
      Dataset<Row> rows, String column, String role, String wanted, boolean isRight) {
    DataType type = type(rows, column);
    if (type == null) {
      throw ColumnErrors.missing(rows, column, ", which " + role + "Col names");
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
