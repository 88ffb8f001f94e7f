package org.sparkdl4j.spark;

import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.image.ImageFolder;

/** Files of pictures, and tables, on any of Hadoop's file systems, through Spark's data sources. */
final class PictureFiles {
  /** Spark's data sources that read a folder of files. */
  static final String BINARY_FILE = "binaryFile";

  static final String IMAGE_SOURCE = "image";

  /** How the names of Parquet files end. */
  static final String PARQUET = ".parquet";

  private static final String EXTENSIONS = String.join(", ", new TreeSet<>(ImageFolder.EXTENSIONS));
  private static final String PICTURE_NAME = "(?i)[^/]\\.(" + EXTENSIONS.replace(", ", "|") + ")$";

  /** Hadoop takes paths as they are: nothing in them is escaped. */
  static final Pattern SCHEME = Pattern.compile("^[A-Za-z][A-Za-z0-9+.-]*:(//[^/]*)?(?=/)");

  private PictureFiles() {}

  /** Whether a format is one of folders of files, and not of tables. */
  static boolean isOfFolders(String format) {
    return format.equals(BINARY_FILE) || format.equals(IMAGE_SOURCE);
  }

  /**
   * What a data source reads; of folders all that is below them.
   *
   * @throws SparkDl4jException FILE_NOT_FOUND, FILE_UNREADABLE
   */
  static Dataset<Row> load(SparkSession session, String format, String... sources) {
    Map<String, String> options =
        isOfFolders(format) ? Map.of("recursiveFileLookup", "true") : Map.of();
    return load(session.read().format(format).options(options), format, sources);
  }

  /**
   * A table from a file, read with options of Spark's.
   *
   * @throws SparkDl4jException FILE_NOT_FOUND, FILE_UNREADABLE
   */
  static Dataset<Row> loadTable(
      SparkSession session, String format, Map<String, String> options, String source) {
    return load(session.read().format(format).options(options), format, source);
  }

  private static Dataset<Row> load(DataFrameReader reader, String format, String... sources) {
    try {
      return reader.load(sources);
    } catch (Exception e) {
      // Scala's are checked exceptions that no signature tells of.
      throw unreadable(String.join(", ", sources), format, e);
    }
  }

  /** Whether a path has a picture's name. */
  static Column isPicture(Column path) {
    return path.rlike(PICTURE_NAME);
  }

  /** That there is nothing in folders. */
  static SparkDl4jException empty(String sources) {
    return new SparkDl4jException(
            ErrorCode.DATA_EMPTY,
            "there are no pictures in "
                + sources
                + " ("
                + EXTENSIONS
                + "); if it is a table, name its format, such as parquet")
        .with("path", sources);
  }

  /** The path of a folder within its file system, without a slash at the end. */
  static String rootPath(String folder) {
    String path = SCHEME.matcher(folder).replaceFirst("");
    while (path.length() > 1 && path.endsWith("/")) path = path.substring(0, path.length() - 1);
    return path.startsWith("./") ? path.substring(2) : path;
  }

  private static SparkDl4jException unreadable(String source, String format, Exception e) {
    String kind = isOfFolders(format) ? "folder" : "table";
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
}
