package org.sparkdl4j.spark;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.model.ImageClassifier;
import org.sparkdl4j.model.PictureFeatures;

/**
 * Features of pictures in DataFrames, streaming ones too: what a layer of a classifier puts out,
 * computed in the executors, to which the model is broadcast once.
 */
public final class ClusterFeaturizer {
  /** What happens to a picture that cannot be used, as pyspark.ml's handleInvalid says it. */
  public enum Invalid {
    /** The job fails. */
    ERROR,
    /** The row is left out. */
    SKIP,
    /** The row has null for features. */
    KEEP
  }

  private final ClusterClassifier classifier;
  private final String layer;
  private final String pooling;

  /**
   * A featurizer.
   *
   * @param classifier of the model
   * @param layer as {@link PictureFeatures} takes it
   * @param pooling likewise
   * @throws SparkDl4jException as {@link PictureFeatures}
   */
  public ClusterFeaturizer(ClusterClassifier classifier, String layer, String pooling) {
    this.classifier = classifier;
    this.pooling = pooling;
    // What would fail in every executor fails here, once.
    this.layer = classifier.with(loaded -> new PictureFeatures(loaded, layer, pooling).layer());
  }

  /** The layer's name. */
  public String layer() {
    return layer;
  }

  /**
   * Adds features. Rows keep their order within a partition.
   *
   * @param input the column of pictures, as {@link ClusterClassifier#transform} takes it
   * @param output the column to add, a vector
   * @param damaged the column to add with what is wrong with a picture, string; empty for none
   * @param invalid what happens to pictures that cannot be used
   * @throws SparkDl4jException DATA_COLUMN; DATA_DAMAGED and DATA_NOT_FINITE later, by the job
   */
  public Dataset<Row> transform(
      Dataset<Row> rows, String input, String output, String damaged, Invalid invalid) {
    PictureColumns.requirePictures(rows, input);
    StructType schema = add(rows.schema(), output, damaged);
    int at = rows.schema().fieldIndex(input);
    boolean tells = !damaged.isEmpty();
    String name = classifier.name();
    Broadcast<byte[]> content = classifier.broadcast(rows.sparkSession());
    String layer = this.layer;
    String pooling = this.pooling;
    MapPartitionsFunction<Row, Row> compute =
        partition -> new Featurized(partition, name, content, layer, pooling, at, tells, invalid);
    return rows.mapPartitions(compute, Encoders.row(schema));
  }

  private static StructType add(StructType schema, String output, String damaged) {
    for (String name : new String[] {output, damaged}) {
      if (name.isEmpty() || PictureCell.typeOf(schema, name) == null) continue;
      throw ColumnErrors.present(name);
    }
    StructType all = schema.add(output, SQLDataTypes.VectorType(), true);
    return damaged.isEmpty() ? all : all.add(damaged, DataTypes.StringType, true);
  }

  /** Rows with their features. */
  private static final class Featurized extends RowBatches {
    private final String model;
    private final Broadcast<byte[]> content;
    private final String layer;
    private final String pooling;
    private final boolean tells;
    private final Invalid invalid;

    private Featurized(
        Iterator<Row> rows,
        String model,
        Broadcast<byte[]> content,
        String layer,
        String pooling,
        int input,
        boolean tells,
        Invalid invalid) {
      super(rows, input);
      this.model = model;
      this.content = content;
      this.layer = layer;
      this.pooling = pooling;
      this.tells = tells;
      this.invalid = invalid;
    }

    @Override
    List<Row> compute(List<Row> batch, List<Object> cells) {
      return ExecutorMemory.with(
          () ->
              ExecutorClassifiers.with(
                  model, content.value(), classifier -> computed(classifier, batch, cells)));
    }

    private List<Row> computed(ImageClassifier classifier, List<Row> batch, List<Object> cells) {
      PictureFeatures features = new PictureFeatures(classifier, layer, pooling);
      List<Row> computed = new ArrayList<>();
      try (DecodedCells decoded = new DecodedCells(cells, classifier.image())) {
        float[] all = features.compute(decoded.pictures());
        for (int i = 0; i < batch.size(); i++) {
          String damage = decoded.damage()[i];
          if (damage != null && invalid == Invalid.ERROR) throw damaged(damage);
          if (damage != null && invalid == Invalid.SKIP) continue;
          double[] own = damage == null ? row(all, i, features) : null;
          computed.add(row(batch.get(i), own, damage));
        }
      }
      return computed;
    }

    private static double[] row(float[] all, int picture, PictureFeatures features) {
      double[] own = new double[features.count()];
      for (int k = 0; k < own.length; k++) {
        own[k] = all[picture * own.length + k];
        if (Double.isFinite(own[k])) continue;
        throw new SparkDl4jException(
            ErrorCode.DATA_NOT_FINITE,
            "feature "
                + k
                + " of the layer "
                + features.layer()
                + " is "
                + own[k]
                + " for a picture: the model's parameters are not sound");
      }
      return own;
    }

    private Row row(Row input, double[] features, String damage) {
      List<Object> own = new ArrayList<>();
      own.add(features == null ? null : Vectors.dense(features));
      if (tells) own.add(damage);
      return with(input, own);
    }

    private static SparkDl4jException damaged(String damage) {
      return new SparkDl4jException(
          ErrorCode.DATA_DAMAGED,
          "a picture cannot be used ("
              + damage
              + "): remove it, or set handleInvalid to skip such rows or to keep them without"
              + " features");
    }
  }
}
