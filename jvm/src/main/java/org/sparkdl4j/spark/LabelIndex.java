package org.sparkdl4j.spark;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.MetadataBuilder;
import org.apache.spark.sql.types.StringType;
import org.nd4j.shade.jackson.databind.node.ArrayNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.spec.Json;

/**
 * The classes of a label column and their indices: the column's own names where Spark ML's metadata
 * give them (as StringIndexer does), else its distinct values in their order.
 */
final class LabelIndex implements Serializable {
  private static final long serialVersionUID = 1;
  private static final String ATTRIBUTE = "ml_attr";
  private static final String NAMES = "vals";
  private static final String LABELS = "labels";

  private final Map<Object, Integer> indices;
  private final String labelsJson;

  private LabelIndex(Map<Object, Integer> indices, ArrayNode labels) {
    this.indices = indices;
    ObjectNode json = Json.object();
    json.set(LABELS, labels);
    labelsJson = Json.write(json);
  }

  /**
   * Of a column.
   *
   * @throws SparkDl4jException DATA_EMPTY, DATA_LABELS for null labels, DATA_ONE_CLASS
   */
  static LabelIndex of(Dataset<Row> rows, String column) {
    String[] names = names(rows, column);
    ArrayNode labels = Json.object().putArray(LABELS);
    Map<Object, Integer> indices = new HashMap<>();
    if (names != null) {
      for (String name : names) {
        indices.put((double) labels.size(), labels.size());
        labels.add(name);
      }
    } else {
      boolean isText = PictureColumns.type(rows, column) instanceof StringType;
      for (Object value : distinct(rows, column, isText)) {
        indices.put(value, labels.size());
        if (isText) labels.add((String) value);
        else if ((Double) value == Math.rint((Double) value))
          labels.add(((Double) value).longValue());
        else labels.add((Double) value);
      }
    }
    if (labels.size() == 1) throw oneClass(column, labels.get(0).asText());
    return new LabelIndex(indices, labels);
  }

  /** The error for a column whose labels are all the same. */
  static SparkDl4jException oneClass(String column, String label) {
    return new SparkDl4jException(
            ErrorCode.DATA_ONE_CLASS,
            "all labels of the column "
                + column
                + " are "
                + label
                + ", but a classifier needs at least two classes")
        .with("column", column);
  }

  /** What Spark ML says of a column {@code label} of class indices. */
  static Metadata metadata(String[] classes) {
    Metadata attribute =
        new MetadataBuilder()
            .putString("type", "nominal")
            .putStringArray(NAMES, classes)
            .putString("name", "label")
            .build();
    return new MetadataBuilder().putMetadata(ATTRIBUTE, attribute).build();
  }

  /** The names of the classes, in the order of their indices. */
  ArrayNode labels() {
    return (ArrayNode) Json.readObject(labelsJson, "the labels").get(LABELS);
  }

  /** The names of the classes as text, in the order of their indices. */
  List<String> names() {
    List<String> names = new ArrayList<>();
    labels().forEach(label -> names.add(label.asText()));
    return names;
  }

  /** The index of a value of the column; -1 where it is unknown. */
  int index(Object value) {
    Object key = value instanceof Number ? (Object) ((Number) value).doubleValue() : value;
    return indices.getOrDefault(key, -1);
  }

  private static Iterable<Object> distinct(Dataset<Row> rows, String column, boolean isText) {
    List<Row> values =
        rows.select(rows.col(PictureColumns.quoted(column)).cast(isText ? "string" : "double"))
            .distinct()
            .collectAsList();
    if (values.isEmpty()) {
      throw new SparkDl4jException(
          ErrorCode.DATA_EMPTY, "there are no pictures to train on: the DataFrame is empty");
    }
    Map<Object, Object> sorted = new TreeMap<>();
    for (Row value : values) {
      boolean isMissing = value.isNullAt(0) || !isText && Double.isNaN(value.getDouble(0));
      if (isMissing) {
        throw new SparkDl4jException(
                ErrorCode.DATA_LABELS,
                "the label column " + column + " holds null or NaN: remove these rows")
            .with("column", column);
      }
      sorted.put(value.get(0), value.get(0));
    }
    return sorted.keySet();
  }

  private static String[] names(Dataset<Row> rows, String column) {
    Metadata metadata = rows.schema().apply(column).metadata();
    if (!metadata.contains(ATTRIBUTE)) return null;
    Metadata attribute = metadata.getMetadata(ATTRIBUTE);
    return attribute.contains(NAMES) ? attribute.getStringArray(NAMES) : null;
  }
}
