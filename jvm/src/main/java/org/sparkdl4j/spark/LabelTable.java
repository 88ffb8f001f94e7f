package org.sparkdl4j.spark;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;

/** Labels, and groups, of pictures from a table that names their files. */
public final class LabelTable {
  private static final int ROWS_NAMED = 5;

  /** Columns that are needed to join, with names that no table has. */
  private static final String PLACE = "sparkdl4j place";

  private static final String LABEL = "sparkdl4j label";
  private static final String GROUP = "sparkdl4j group";

  private final Dataset<Row> rows;
  private final String name;
  private final String group;

  private LabelTable(Dataset<Row> rows, String name, String group) {
    this.rows = rows;
    this.name = name;
    this.group = group;
  }

  /**
   * A table from a file on any of Hadoop's file systems.
   *
   * @param path ends with {@code .parquet} or {@code .pq}; else a CSV file in UTF-8 with a line of
   *     names, and commas
   * @param group the column of groups, null for none
   * @throws SparkDl4jException FILE_NOT_FOUND, FILE_UNREADABLE, and as {@link #of}
   */
  public static LabelTable read(
      SparkSession session, String path, String files, String label, String group) {
    String lower = path.toLowerCase(Locale.ROOT);
    boolean isParquet = lower.endsWith(PictureFiles.PARQUET) || lower.endsWith(".pq");
    Map<String, String> options = isParquet ? Map.of() : Map.of("header", "true", "escape", "\"");
    Dataset<Row> rows =
        PictureFiles.loadTable(session, isParquet ? "parquet" : "csv", options, path);
    return of(rows, path, files, label, group);
  }

  /**
   * A table.
   *
   * @param name what to call it in errors
   * @param files the column of paths
   * @param label the column of classes
   * @param group the column of groups, null for none
   * @throws SparkDl4jException DATA_COLUMN for a column that is missing, and a row without a path;
   *     DATA_LABELS for a row without a label; DATA_EMPTY
   */
  public static LabelTable of(
      Dataset<Row> table, String name, String files, String label, String group) {
    List<Column> columns = new ArrayList<>();
    columns.add(column(table, name, files).as(PLACE));
    columns.add(column(table, name, label).as(LABEL));
    if (group != null) columns.add(column(table, name, group).as(GROUP));
    Dataset<Row> rows = table.select(columns.toArray(new Column[0]));
    if (rows.isEmpty()) {
      throw new SparkDl4jException(ErrorCode.DATA_EMPTY, name + " has no rows");
    }
    requireNone(
        rows.where(isNothing(PLACE)).select(LABEL), ErrorCode.DATA_COLUMN, name, "name no file");
    requireNone(
        rows.where(isNothing(LABEL)).select(PLACE), ErrorCode.DATA_LABELS, name, "have no label");
    return new LabelTable(rows, name, group);
  }

  /**
   * The pictures that the table names.
   *
   * @param root the folder that its paths are below
   * @return as {@link PictureTable#read} gives them, and the column of groups (string)
   * @throws SparkDl4jException FILE_NOT_FOUND for files that do not exist, DATA_LABELS for two rows
   *     that give one picture different labels, FILE_UNREADABLE, DATA_EMPTY
   */
  public Dataset<Row> pictures(SparkSession session, String root) {
    Dataset<Row> named = rows.withColumn(PLACE, below(root, functions.col(PLACE)));
    requireNone(
        named
            .groupBy(PLACE)
            .agg(functions.countDistinct(LABEL).as("labels"))
            .where("labels > 1")
            .select(PLACE),
        ErrorCode.DATA_LABELS,
        name,
        "give a picture another label than others do");
    Dataset<Row> files =
        PictureTable.readUnlabelled(session, List.of(root))
            .withColumn(PLACE, below(root, functions.col(PictureTable.PATH)));
    requireNone(
        named.join(files.select(PLACE), named.col(PLACE).equalTo(files.col(PLACE)), "left_anti"),
        ErrorCode.FILE_NOT_FOUND,
        name,
        "name files that are not in " + root);
    Dataset<Row> labels = named.withColumnRenamed(PLACE, PLACE + " named");
    List<Column> columns = new ArrayList<>();
    columns.add(functions.col(PictureTable.PATH));
    columns.add(functions.col(PictureTable.IMAGE));
    columns.add(functions.col(LABEL).as(PictureTable.CLASS));
    if (group != null) columns.add(functions.col(GROUP).as(group));
    Dataset<Row> joined =
        files.join(labels, files.col(PLACE).equalTo(labels.col(PLACE + " named")), "inner");
    return PictureTable.of(joined.select(columns.toArray(new Column[0])));
  }

  /** What is below the folder, of a path that may name the folder, and its file system, too. */
  private static Column below(String root, Column path) {
    String folder = PictureFiles.rootPath(root);
    Column within = functions.regexp_replace(path, PictureFiles.SCHEME.pattern(), "");
    Column start = functions.instr(within, folder + "/");
    Column isWhole = within.startsWith("/").and(start.gt(0));
    Column inner = within.substr(start.plus(folder.length() + 1), functions.length(within));
    return functions.when(isWhole, inner).otherwise(path);
  }

  private static Column column(Dataset<Row> table, String name, String column) {
    if (!Arrays.asList(table.columns()).contains(column)) {
      throw new SparkDl4jException(
              ErrorCode.DATA_COLUMN,
              name
                  + " has no column "
                  + column
                  + "; its columns are "
                  + String.join(", ", table.columns()))
          .with("column", column);
    }
    return table.col(PictureColumns.quoted(column)).cast("string");
  }

  private static Column isNothing(String column) {
    return functions.col(column).isNull().or(functions.col(column).equalTo(""));
  }

  /** Throws an error that counts the rows that are wrong, and names some by their first column. */
  private static void requireNone(
      Dataset<Row> wrong, ErrorCode code, String table, String whatTheyDo) {
    long count = wrong.count();
    if (count == 0) return;
    TreeSet<String> some =
        wrong.limit(ROWS_NAMED).collectAsList().stream()
            .map(row -> String.valueOf(row.get(0)))
            .collect(Collectors.toCollection(TreeSet::new));
    throw new SparkDl4jException(
        code,
        count + " rows of " + table + " " + whatTheyDo + ", such as " + String.join(", ", some));
  }
}
