package org.sparkdl4j.spark;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.api.java.function.FlatMapGroupsFunction;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.nd4j.shade.jackson.databind.node.ArrayNode;
import org.sparkdl4j.dataset.PixelBlock;
import org.sparkdl4j.dataset.SeriesPreprocessing;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.image.DecodeOptions;
import org.sparkdl4j.spec.Json;

/** Pictures of a DataFrame after steps of preprocessing, those for series of pictures too. */
public final class PreprocessedPictures implements Serializable {
  private static final long serialVersionUID = 1;

  private static final String DAMAGED = "damaged";
  private static final String PLACE = "sparkdl4j_place";
  private static final String SERIES = "sparkdl4j_series";

  /** As text: the options' class knows nothing of Spark. */
  private final String image;

  private final String steps;
  private final int columns;
  private final int picture;
  private final int path;

  private PreprocessedPictures(StructType given, DecodeOptions image, ArrayNode steps) {
    this.image = Json.write(image.toJson());
    this.steps = Json.write(Json.object().set("steps", steps));
    columns = given.length();
    picture = given.fieldIndex(PictureTable.IMAGE);
    boolean hasPath = PictureCell.typeOf(given, PictureTable.PATH) != null;
    path = hasPath ? given.fieldIndex(PictureTable.PATH) : -1;
  }

  /**
   * Rows that nothing has asked for yet: those given, with {@code image} as Spark's data source
   * "image" has pictures (of float32 with OpenCV's modes 5 and 21, in the machine's own byte
   * order), and a column {@code damaged}, which says what is wrong with a picture; its {@code
   * image} is null then, and it belongs to no series.
   *
   * @param rows as {@link PictureTable} gives them
   * @param image how pictures are decoded before the first step
   * @param steps as {@link SeriesPreprocessing#fromJson} reads them
   * @param order the column by which the pictures of a series follow each other: numbers, texts
   *     that are, or texts that sort as they should; null where no step is for series
   * @param group the column that names the series; likewise
   * @throws SparkDl4jException PARAMETER_CONFLICT for steps that do not take what they would get,
   *     and for series without order and group; DATA_COLUMN; DATA_LABELS for a picture without a
   *     place or series, and for two of a series with the same place
   */
  public static Dataset<Row> of(
      Dataset<Row> rows, DecodeOptions image, ArrayNode steps, String order, String group) {
    PictureColumns.requirePictures(rows, PictureTable.IMAGE);
    StructType schema = schema(rows.schema());
    PreprocessedPictures pictures = new PreprocessedPictures(rows.schema(), image, steps);
    if (!SeriesPreprocessing.fromJson(steps).hasSeries()) {
      MapPartitionsFunction<Row, Row> change = pictures::oneByOne;
      return rows.mapPartitions(change, Encoders.row(schema));
    }
    int series = pictures.columns + 1;
    MapFunction<Row, String> name = row -> row.getString(series);
    FlatMapGroupsFunction<String, Row, Row> change = (key, all) -> pictures.ofSeries(all);
    return placed(rows, order, group)
        .groupByKey(name, Encoders.STRING())
        .flatMapGroups(change, Encoders.row(schema));
  }

  private static StructType schema(StructType given) {
    if (PictureCell.typeOf(given, DAMAGED) != null) {
      throw ColumnErrors.presentAlways(DAMAGED);
    }
    StructType schema = new StructType();
    for (StructField field : given.fields()) {
      boolean isPicture = field.name().equals(PictureTable.IMAGE);
      schema = isPicture ? schema.add(field.name(), PictureCell.structType()) : schema.add(field);
    }
    return schema.add(DAMAGED, DataTypes.StringType);
  }

  /** The rows with two more columns: the place in the series, number or text, and the series. */
  private static Dataset<Row> placed(Dataset<Row> rows, String order, String group) {
    if (order == null || group == null) {
      throw new SparkDl4jException(
              ErrorCode.PARAMETER_CONFLICT,
              "steps along series need the column that orders the pictures (order) and one that"
                  + " names their series (group)")
          .with("parameter", order == null ? "order" : "group");
    }
    for (String column : new String[] {order, group}) {
      if (PictureColumns.type(rows, column) != null) continue;
      throw ColumnErrors.missing(rows, column, "");
    }
    String text = "cast(" + PictureColumns.quoted(order) + " as string)";
    String number = "try_cast(" + text + " as double)";
    Dataset<Row> named =
        rows.withColumn(SERIES, rows.col(PictureColumns.quoted(group)).cast("string"));
    return JobFailure.translate(
        () -> {
          boolean areNumbers =
              rows.where(text + " is not null and " + number + " is null").isEmpty();
          Dataset<Row> placed =
              named
                  .withColumn(PLACE, functions.expr(areNumbers ? number : text))
                  .select(columns(rows.columns(), PLACE, SERIES));
          requirePlaces(placed, order, group);
          return placed;
        });
  }

  private static Column[] columns(String[] given, String... more) {
    List<Column> all = new ArrayList<>();
    for (String name : given) all.add(functions.col(PictureColumns.quoted(name)));
    for (String name : more) all.add(functions.col(name));
    return all.toArray(new Column[0]);
  }

  private static void requirePlaces(Dataset<Row> placed, String order, String group) {
    List<Row> wrong =
        placed
            .groupBy(SERIES, PLACE)
            .count()
            .where(SERIES + " is null or " + PLACE + " is null or count > 1")
            .orderBy(SERIES, PLACE)
            .takeAsList(1);
    if (wrong.isEmpty()) return;
    Row first = wrong.get(0);
    String problem =
        first.isNullAt(0)
            ? "a picture belongs to no series: its " + group + " is null"
            : first.isNullAt(1)
                ? "a picture has no place in its series: its " + order + " is null"
                : "two pictures of the series "
                    + first.get(0)
                    + " have the same place "
                    + first.get(1)
                    + " in the column "
                    + order;
    throw new SparkDl4jException(ErrorCode.DATA_LABELS, problem).with("parameter", "order");
  }

  private Iterator<Row> oneByOne(Iterator<Row> rows) {
    return new RowBatches(rows, picture) {
      @Override
      List<Row> compute(List<Row> batch, List<Object> cells) {
        return ExecutorMemory.with(() -> changed(batch, cells));
      }
    };
  }

  private Iterator<Row> ofSeries(Iterator<Row> rows) {
    List<Row> sorted = new ArrayList<>();
    rows.forEachRemaining(sorted::add);
    sorted.sort(Comparator.comparing(row -> place(row)));
    List<Object> cells = new ArrayList<>();
    for (Row row : sorted) cells.add(row.get(picture));
    return ExecutorMemory.with(() -> changed(sorted, cells)).iterator();
  }

  /** A number or a text; all of a DataFrame are the same. */
  @SuppressWarnings("unchecked")
  private Comparable<Object> place(Row row) {
    return (Comparable<Object>) row.get(columns);
  }

  private List<Row> changed(List<Row> rows, List<Object> cells) {
    DecodeOptions options = DecodeOptions.fromJson(Json.readObject(image, "the image options"));
    SeriesPreprocessing preprocessing =
        SeriesPreprocessing.fromJson(
            (ArrayNode) Json.readObject(steps, "the preprocessing").get("steps"));
    List<Row> changed = new ArrayList<>(rows.size());
    try (DecodedCells decoded = new DecodedCells(cells, options)) {
      String[] damage = decoded.damage();
      int[] sound = IntStream.range(0, damage.length).filter(i -> damage[i] == null).toArray();
      if (sound.length == 0) {
        for (int i = 0; i < damage.length; i++) changed.add(row(rows.get(i), null, damage[i]));
        return changed;
      }
      try (PixelBlock block = preprocessing.apply(decoded.pictures().subset(sound))) {
        int next = 0;
        for (int i = 0; i < damage.length; i++) {
          Row own = rows.get(i);
          Row struct = damage[i] == null ? PictureCell.struct(path(own), block, next++) : null;
          changed.add(row(own, struct, damage[i]));
        }
      }
    }
    return changed;
  }

  private String path(Row row) {
    Object value = path < 0 ? null : row.get(path);
    return value == null ? null : value.toString();
  }

  private Row row(Row given, Row struct, String damage) {
    Object[] values = new Object[columns + 1];
    for (int i = 0; i < columns; i++) values[i] = i == picture ? struct : given.get(i);
    values[columns] = damage;
    return RowFactory.create(values);
  }
}
