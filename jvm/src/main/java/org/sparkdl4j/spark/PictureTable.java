package org.sparkdl4j.spark;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StringType;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.image.NamePattern;

/**
 * DataFrames of pictures, all of the same form: path (string), class (string), label (double: the
 * class's place among the sorted ones, whose names are in the column's metadata as Spark ML has
 * them), image (encoded pictures, binary, or Spark's image struct), and then whatever else there
 * was.
 */
public final class PictureTable {
  static final String PATH = PictureColumns.PATH;
  static final String CLASS = "class";
  static final String LABEL = "label";
  static final String IMAGE = "image";

  /** Where {@link #texts} puts the columns. */
  static final int IMAGE_AT = 0;

  static final int PATH_AT = 1;
  static final int CLASS_AT = 2;
  static final int FURTHER_AT = 3;

  /** Where the data source binaryFile puts the file's bytes. */
  private static final String CONTENT = "content";

  /** The folder that a file lies in. */
  private static final String PARENT = "/([^/]+)/[^/]*$";

  private PictureTable() {}

  /**
   * The encoded pictures of a folder, whose subfolders are classes: {@link #read(SparkSession,
   * String, String, NamePattern)}.
   */
  public static Dataset<Row> read(SparkSession session, String folder) {
    return read(session, folder, PictureFiles.BINARY_FILE, null);
  }

  /**
   * The pictures of a folder whose subfolders are classes, or of a table, on any of Hadoop's file
   * systems. Of a folder only names are read; the content is, when something uses it.
   *
   * @param source such as {@code hdfs://host/pictures}
   * @param format {@code binaryFile} or {@code image} for a folder, whose pictures are then encoded
   *     or decoded by Spark; {@code parquet} or another of Spark's formats for a table, see {@link
   *     #of}
   * @param namePattern takes class, group and further columns (strings) from a picture's path
   *     within the folder; null takes the class from the subfolder
   * @throws SparkDl4jException FILE_NOT_FOUND, FILE_UNREADABLE, DATA_EMPTY, DATA_LABELS, DATA_NAME,
   *     DATA_COLUMN, PARAMETER_CONFLICT for a pattern and a table
   */
  public static Dataset<Row> read(
      SparkSession session, String source, String format, NamePattern namePattern) {
    if (!PictureFiles.isOfFolders(format)) {
      if (namePattern != null) {
        throw new SparkDl4jException(
                ErrorCode.PARAMETER_CONFLICT,
                "name_pattern is for folders, but the format " + format + " is one of tables")
            .with("parameter", "name_pattern");
      }
      return of(PictureFiles.load(session, format, source));
    }
    Dataset<Row> rows = PictureFiles.load(session, format, source);
    Column path = functions.col(PATH);
    Dataset<Row> files = rows.withColumn(PATH, path(rows)).where(PictureFiles.isPicture(path));
    String root = PictureFiles.rootPath(source);
    // The folder after the root; empty for what lies in the root itself.
    Column folder = functions.regexp_extract(path, Pattern.quote(root) + "/([^/]+)/", 1);
    NamedColumns named = namePattern == null ? null : new NamedColumns(namePattern, path, root);
    Dataset<Row> classed =
        files.withColumn(CLASS, named == null ? folder : named.className(folder));
    String[] classes = classes(classed);
    if (classes.length == 0) throw PictureFiles.empty(source);
    // Null comes first.
    if (classes[0] == null) {
      throw namePattern.noLabel(
          classed.where(CLASS + " is null").orderBy(PATH).select(PATH).first().getString(0));
    }
    if (classes[0].isEmpty()) {
      throw new SparkDl4jException(
              ErrorCode.DATA_LABELS,
              "some pictures lie directly in "
                  + source
                  + ", so that their class is unknown: move them into a subfolder named after it")
          .with("path", source);
    }
    List<Column> columns = new ArrayList<>();
    columns.add(functions.col(PATH));
    columns.add(functions.col(CLASS));
    columns.add(label(classes));
    columns.add(functions.col(format.equals(PictureFiles.BINARY_FILE) ? CONTENT : IMAGE).as(IMAGE));
    if (named != null) columns.addAll(named.columns());
    return classed.select(columns.toArray(new Column[0]));
  }

  /**
   * The pictures of any table.
   *
   * @param rows with a column {@code image} (or {@code content}, as binaryFile has it) of pictures;
   *     {@code path}, where there is no {@code image.origin}; {@code class}, else strings in {@code
   *     label}, else the folder that the file lies in; numbers in {@code label}, else the place of
   *     the class among the sorted ones
   * @throws SparkDl4jException DATA_COLUMN, DATA_LABELS where no class is known, DATA_EMPTY
   */
  public static Dataset<Row> of(Dataset<Row> rows) {
    String pictures = pictures(rows);
    Dataset<Row> classed = rows.withColumn(PATH, path(rows)).withColumn(CLASS, className(rows));
    Column label = functions.col(LABEL);
    if (!(PictureColumns.type(rows, LABEL) instanceof NumericType)) {
      String[] classes = classes(classed);
      if (classes.length == 0) {
        throw new SparkDl4jException(
            ErrorCode.DATA_EMPTY, "there are no pictures: the table is empty");
      }
      if (classes[0] == null || classes[0].isEmpty()) {
        throw new SparkDl4jException(
            ErrorCode.DATA_LABELS,
            "some pictures have no class: neither the column class nor the column label says it,"
                + " nor does a folder in path");
      }
      label = label(classes);
    }
    List<Column> columns = new ArrayList<>();
    columns.add(functions.col(PATH));
    columns.add(functions.col(CLASS));
    columns.add(label);
    columns.add(functions.col(pictures).as(IMAGE));
    List<String> named = Arrays.asList(PATH, CLASS, LABEL, pictures);
    for (String column : rows.columns()) {
      if (!named.contains(column)) columns.add(rows.col(PictureColumns.quoted(column)));
    }
    return classed.select(columns.toArray(new Column[0]));
  }

  /**
   * Pictures without labels, on any of Hadoop's file systems.
   *
   * @param paths folders of pictures, and pictures; or one Parquet table, whose name ends with
   *     {@code .parquet}, with a column {@code image} (or {@code content}) of pictures, and {@code
   *     path}
   * @return path (string), image (binary: the encoded picture; or what the table has)
   * @throws SparkDl4jException FILE_NOT_FOUND, FILE_UNREADABLE, DATA_EMPTY
   */
  public static Dataset<Row> readUnlabelled(SparkSession session, List<String> paths) {
    if (paths.size() == 1 && PredictionTable.isParquet(paths.get(0))) {
      return unlabelled(PictureFiles.load(session, "parquet", paths.get(0)));
    }
    Dataset<Row> found = files(session, paths).select(PATH, CONTENT).toDF(PATH, IMAGE);
    if (found.select(PATH).isEmpty()) throw PictureFiles.empty(String.join(", ", paths));
    return found;
  }

  /**
   * The columns of pictures that {@link #of} gives, all but the picture as strings: where {@link
   * #IMAGE_AT}, {@link #PATH_AT} and {@link #CLASS_AT} say, and from {@link #FURTHER_AT} on.
   *
   * @param further other columns that are wanted
   * @throws SparkDl4jException DATA_COLUMN
   */
  static Dataset<Row> texts(Dataset<Row> rows, List<String> further) {
    PictureColumns.requirePictures(rows, IMAGE);
    List<Column> columns = new ArrayList<>();
    columns.add(functions.col(IMAGE));
    for (String column : new String[] {PATH, CLASS}) {
      if (PictureColumns.type(rows, column) == null) {
        throw ColumnErrors.missing(rows, column, ", which read_images gives");
      }
      columns.add(functions.col(column).cast("string"));
    }
    for (String column : further) {
      columns.add(rows.col(PictureColumns.quoted(column)).cast("string"));
    }
    return rows.select(columns.toArray(new Column[0]));
  }

  /** The files that {@link #readUnlabelled} reads: path, modificationTime, length. */
  static Dataset<Row> unlabelledFiles(SparkSession session, List<String> paths) {
    return files(session, paths).select(PATH, "modificationTime", "length");
  }

  /**
   * The pictures of a table, whatever else it has.
   *
   * @return path (null where the table has none), image
   * @throws SparkDl4jException DATA_COLUMN
   */
  static Dataset<Row> unlabelled(Dataset<Row> rows) {
    String pictures = pictures(rows);
    return rows.select(path(rows).as(PATH), functions.col(pictures).as(IMAGE));
  }

  private static Dataset<Row> files(SparkSession session, List<String> paths) {
    Column path = functions.col(PATH);
    Column isWanted = PictureFiles.isPicture(path);
    // A picture that is named itself is taken whatever its name ends with.
    for (String each : paths) isWanted = isWanted.or(path.endsWith(PictureFiles.rootPath(each)));
    return PictureFiles.load(session, PictureFiles.BINARY_FILE, paths.toArray(new String[0]))
        .where(isWanted);
  }

  /** The column of pictures. */
  private static String pictures(Dataset<Row> rows) {
    String pictures = PictureColumns.type(rows, IMAGE) == null ? CONTENT : IMAGE;
    if (PictureColumns.type(rows, pictures) == null) {
      throw ColumnErrors.missing(rows, IMAGE, " or content, which would hold the pictures");
    }
    PictureColumns.requirePictures(rows, pictures);
    return pictures;
  }

  private static Column path(Dataset<Row> rows) {
    if (PictureColumns.type(rows, PATH) != null) return functions.col(PATH).cast("string");
    boolean hasOrigin = PictureCell.hasOrigin(PictureColumns.type(rows, IMAGE));
    // The image source escapes what URLs do not allow, but leaves a plus as it is.
    return hasOrigin
        ? functions.expr("url_decode(replace(image.origin, '+', '%2B'))")
        : functions.lit(null).cast("string");
  }

  private static Column className(Dataset<Row> rows) {
    if (PictureColumns.type(rows, CLASS) != null) return functions.col(CLASS).cast("string");
    if (PictureColumns.type(rows, LABEL) instanceof StringType) return functions.col(LABEL);
    return functions.regexp_extract(functions.col(PATH), PARENT, 1);
  }

  /** The different classes in their order, null first. */
  private static String[] classes(Dataset<Row> classed) {
    List<Row> found = classed.select(CLASS).distinct().orderBy(CLASS).collectAsList();
    return found.stream().map(row -> row.getString(0)).toArray(String[]::new);
  }

  private static Column label(String[] classes) {
    Column label = functions.lit(null).cast("double");
    for (int i = classes.length - 1; i >= 0; i--) {
      label = functions.when(functions.col(CLASS).equalTo(classes[i]), (double) i).otherwise(label);
    }
    return label.as(LABEL, LabelIndex.metadata(classes));
  }
}
