package org.sparkdl4j.spark;

import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.image.ImageFolder;

/** DataFrames of pictures. */
public final class PictureTable {
  /** Hadoop takes paths as they are: nothing in them is escaped. */
  private static final Pattern SCHEME = Pattern.compile("^[A-Za-z][A-Za-z0-9+.-]*:(//[^/]*)?(?=/)");

  private PictureTable() {}

  /**
   * The pictures of a folder whose subfolders are classes, on any of Hadoop's file systems. Only
   * names are read; the content is, when something uses it.
   *
   * @param folder such as {@code hdfs://host/pictures}
   * @return path (string), class (string: the subfolder), label (double: the class's place among
   *     the sorted ones, whose names are in the column's metadata as Spark ML has them), image
   *     (binary: the encoded picture)
   * @throws SparkDl4jException FILE_NOT_FOUND, FILE_UNREADABLE, DATA_EMPTY, DATA_LABELS
   */
  public static Dataset<Row> read(SparkSession session, String folder) {
    String root = rootPath(folder);
    String names = String.join("|", new TreeSet<>(ImageFolder.EXTENSIONS));
    Dataset<Row> files =
        files(session, folder).where(functions.col("path").rlike("(?i)[^/]\\.(" + names + ")$"));
    // The folder after the root; empty for what lies in the root itself.
    Column name =
        functions.regexp_extract(functions.col("path"), Pattern.quote(root) + "/([^/]+)/", 1);
    Dataset<Row> classed = files.withColumn("class", name);
    List<Row> found = classed.select("class").distinct().orderBy("class").collectAsList();
    if (found.isEmpty()) {
      throw new SparkDl4jException(
              ErrorCode.DATA_EMPTY,
              "there are no pictures in " + folder + " (" + names.replace("|", ", ") + ")")
          .with("path", folder);
    }
    String[] classes = found.stream().map(row -> row.getString(0)).toArray(String[]::new);
    if (classes[0].isEmpty()) {
      throw new SparkDl4jException(
              ErrorCode.DATA_LABELS,
              "some pictures lie directly in "
                  + folder
                  + ", so that their class is unknown: move them into a subfolder named after it")
          .with("path", folder);
    }
    Column label = functions.lit(null).cast("double");
    for (int i = classes.length - 1; i >= 0; i--) {
      label =
          functions.when(functions.col("class").equalTo(classes[i]), (double) i).otherwise(label);
    }
    return classed.select(
        functions.col("path"),
        functions.col("class"),
        label.as("label", LabelIndex.metadata(classes)),
        functions.col("content").as("image"));
  }

  private static Dataset<Row> files(SparkSession session, String folder) {
    try {
      return session.read().format("binaryFile").option("recursiveFileLookup", "true").load(folder);
    } catch (Exception e) {
      // Scala's are checked exceptions that no signature tells of.
      throw unreadable(folder, e);
    }
  }

  private static SparkDl4jException unreadable(String folder, Exception e) {
    boolean isMissing = String.valueOf(e.getMessage()).contains("PATH_NOT_FOUND");
    return new SparkDl4jException(
            isMissing ? ErrorCode.FILE_NOT_FOUND : ErrorCode.FILE_UNREADABLE,
            isMissing
                ? "there is no folder " + folder
                : "the folder " + folder + " cannot be read: " + firstLine(e),
            e)
        .with("path", folder);
  }

  private static String firstLine(Exception e) {
    return String.valueOf(e.getMessage()).split("\n", 2)[0];
  }

  /** The path within its file system, without a slash at the end. */
  private static String rootPath(String folder) {
    String path = SCHEME.matcher(folder).replaceFirst("");
    while (path.length() > 1 && path.endsWith("/")) path = path.substring(0, path.length() - 1);
    return path.startsWith("./") ? path.substring(2) : path;
  }
}
