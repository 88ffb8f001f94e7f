package org.sparkdl4j.spark;

import java.util.Arrays;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.sparkdl4j.error.SparkDl4jException;

/** The names of the columns that predictions add; an empty name leaves its column out. */
public final class OutputColumns {
  private final String prediction;
  private final String predictedClass;
  private final String probability;
  private final String rawPrediction;
  private final String damaged;

  /**
   * Columns.
   *
   * @param prediction the most probable class's index, double
   * @param predictedClass its name, string
   * @param probability of every class, vector
   * @param rawPrediction the logarithms of the probabilities, vector
   * @param damaged what is wrong with a picture that cannot be used, string; null where it can. The
   *     others are null in such a row
   */
  public OutputColumns(
      String prediction,
      String predictedClass,
      String probability,
      String rawPrediction,
      String damaged) {
    this.prediction = prediction;
    this.predictedClass = predictedClass;
    this.probability = probability;
    this.rawPrediction = rawPrediction;
    this.damaged = damaged;
  }

  /**
   * A DataFrame's columns with those that are added, in the order of the constructor.
   *
   * @throws SparkDl4jException DATA_COLUMN when one of them is there already
   */
  StructType addTo(StructType schema) {
    StructType all = schema;
    StructField[] own = {
      DataTypes.createStructField(prediction, DataTypes.DoubleType, true),
      DataTypes.createStructField(predictedClass, DataTypes.StringType, true),
      DataTypes.createStructField(probability, SQLDataTypes.VectorType(), true),
      DataTypes.createStructField(rawPrediction, SQLDataTypes.VectorType(), true),
      DataTypes.createStructField(damaged, DataTypes.StringType, true),
    };
    for (StructField field : own) {
      if (field.name().isEmpty()) continue;
      if (Arrays.asList(all.fieldNames()).contains(field.name())) {
        throw ColumnErrors.present(field.name());
      }
      all = all.add(field);
    }
    return all;
  }

  /** Which of the five are wanted. */
  boolean[] wanted() {
    return new boolean[] {
      !prediction.isEmpty(),
      !predictedClass.isEmpty(),
      !probability.isEmpty(),
      !rawPrediction.isEmpty(),
      !damaged.isEmpty()
    };
  }
}
