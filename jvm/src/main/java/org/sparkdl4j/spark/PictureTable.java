package org.sparkdl4j.spark;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StringType;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.image.ImageFolder;

/**
 * DataFrames of pictures, all of the same form: path (string), class (string), label (double: the
 * class's place among the sorted ones, whose names are in the column's metadata as Spark ML has
 * them), image (encoded pictures, binary, or Spark's image struct), and then whatever else there
 * was.
 */
public final class PictureTable {
  /** Spark's data sources that read a folder of files. */
  private static final String BINARY_FILE = "binaryFile";

  private static final String IMAGE_SOURCE = "image";

  private static final String PATH = PictureColumns.PATH;
  private static final String CLASS = "class";
  private static final String LABEL = "label";
  private static final String IMAGE = "image";

  /** Where the data source binaryFile puts the file's bytes. */
  private static final String CONTENT = "content";

  /** Hadoop takes paths as they are: nothing in them is escaped. */
  private static final Pattern SCHEME = Pattern.compile("^[A-Za-z][A-Za-z0-9+.-]*:(//[^/]*)?(?=/)");

  /** The folder that a file lies in. */
  private static final String PARENT = "/([^/]+)/[^/]*$";

  private PictureTable() {}

  /** The encoded pictures of a folder: {@link #read(SparkSession, String, String)}. */
  public static Dataset<Row> read(SparkSession session, String folder) {
    return read(session, folder, BINARY_FILE);
  }

  /**
   * The pictures of a folder whose subfolders are classes, or of a table, on any of Hadoop's file
   * systems. Of a folder only names are read; the content is, when something uses it.
   *
   * @param source such as {@code hdfs://host/pictures}
   * @param format {@code binaryFile} or {@code image} for a folder, whose pictures are then encoded
   *     or decoded by Spark; {@code parquet} or another of Spark's formats for a table, see {@link
   *     #of}
   * @throws SparkDl4jException FILE_NOT_FOUND, FILE_UNREADABLE, DATA_EMPTY, DATA_LABELS,
   *     DATA_COLUMN
   */
  public static Dataset<Row> read(SparkSession session, String source, String format) {
    boolean isFolder = format.equals(BINARY_FILE) || format.equals(IMAGE_SOURCE);
    Dataset<Row> rows = load(session, source, format, isFolder);
    if (!isFolder) return of(rows);
    String names = String.join("|", new TreeSet<>(ImageFolder.EXTENSIONS));
    Dataset<Row> files =
        rows.withColumn(PATH, path(rows))
            .where(functions.col(PATH).rlike("(?i)[^/]\\.(" + names + ")$"));
    // The folder after the root; empty for what lies in the root itself.
    String belowRoot = Pattern.quote(rootPath(source)) + "/([^/]+)/";
    Column name = functions.regexp_extract(functions.col(PATH), belowRoot, 1);
    Dataset<Row> classed = files.withColumn(CLASS, name);
    String[] classes = classes(classed);
    if (classes.length == 0) {
      throw new SparkDl4jException(
              ErrorCode.DATA_EMPTY,
              "there are no pictures in "
                  + source
                  + " ("
                  + names.replace("|", ", ")
                  + "); if it is a table, name its format, such as parquet")
          .with("path", source);
    }
    if (classes[0].isEmpty()) {
      throw new SparkDl4jException(
              ErrorCode.DATA_LABELS,
              "some pictures lie directly in "
                  + source
                  + ", so that their class is unknown: move them into a subfolder named after it")
          .with("path", source);
    }
    return classed.select(
        functions.col(PATH),
        functions.col(CLASS),
        label(classes),
        functions.col(format.equals(BINARY_FILE) ? CONTENT : IMAGE).as(IMAGE));
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
    String pictures = PictureColumns.type(rows, IMAGE) == null ? CONTENT : IMAGE;
    if (PictureColumns.type(rows, pictures) == null) {
      throw new SparkDl4jException(
              ErrorCode.DATA_COLUMN,
              "there is no column image or content, which would hold the pictures; the columns are "
                  + String.join(", ", rows.columns()))
          .with("column", IMAGE);
    }
    PictureColumns.requirePictures(rows, pictures);
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

  private static Dataset<Row> load(
      SparkSession session, String source, String format, boolean isFolder) {
    DataFrameReader reader = session.read().format(format);
    if (isFolder) reader = reader.option("recursiveFileLookup", "true");
    try {
      return reader.load(source);
    } catch (Exception e) {
      // Scala's are checked exceptions that no signature tells of.
      throw unreadable(source, format, isFolder ? "folder" : "table", e);
    }
  }

  private static SparkDl4jException unreadable(
      String source, String format, String kind, Exception e) {
    String message = String.valueOf(e.getMessage());
    ErrorCode code = ErrorCode.FILE_UNREADABLE;
    String sentence =
        "the " + kind + " " + source + " cannot be read: " + message.split("\n", 2)[0];
    if (message.contains("PATH_NOT_FOUND")) {
      code = ErrorCode.FILE_NOT_FOUND;
      sentence = "there is no " + kind + " " + source;
    } else if (message.contains("No FileSystem for scheme")) {
      sentence =
          "the "
              + kind
              + " "
              + source
              + " cannot be read: this Spark knows no such file system; mend the name, or start the"
              + " session with the file system's jar (spark.jars.packages)";
    } else if (message.contains("DATA_SOURCE_NOT_FOUND")) {
      sentence = "Spark has no data source " + format + ": mend the format, or add its jar";
    }
    return new SparkDl4jException(code, sentence, e).with("path", source);
  }

  /** The path within its file system, without a slash at the end. */
  private static String rootPath(String folder) {
    String path = SCHEME.matcher(folder).replaceFirst("");
    while (path.length() > 1 && path.endsWith("/")) path = path.substring(0, path.length() - 1);
    return path.startsWith("./") ? path.substring(2) : path;
  }
}
