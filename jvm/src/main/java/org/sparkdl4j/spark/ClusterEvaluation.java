package org.sparkdl4j.spark;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.sparkdl4j.dataset.DamagedShare;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.evaluation.ConfusionMatrix;
import org.sparkdl4j.evaluation.Evaluation;
import org.sparkdl4j.image.DamageReason;
import org.sparkdl4j.image.DamagedImage;

/**
 * How well a classifier predicts the labelled pictures of a DataFrame. The executors count; the
 * counts, sums and damaged pictures of each partition come to the driver.
 */
public final class ClusterEvaluation {
  private static final String PREDICTION = "prediction";
  private static final String PROBABILITY = "probability";
  private static final String DAMAGED = "damaged";

  private final Evaluation evaluation;
  private final List<DamagedImage> damaged;

  private ClusterEvaluation(Evaluation evaluation, List<DamagedImage> damaged) {
    this.evaluation = evaluation;
    this.damaged = damaged;
  }

  /**
   * Predicts and counts.
   *
   * @param features the column of encoded pictures, binary
   * @param label the column of the names of the classes, string
   * @param maxDamaged largest share of damaged pictures, 0 to 1
   * @throws SparkDl4jException DATA_COLUMN, DATA_LABELS, DATA_EMPTY, DATA_DAMAGED, SPARK_JOB
   */
  public static ClusterEvaluation of(
      ClusterClassifier classifier,
      Dataset<Row> rows,
      String features,
      String label,
      double maxDamaged) {
    PictureColumns columns = new PictureColumns(features, label, null, null);
    Dataset<Row> selected =
        columns.select(rows).toDF(PictureTable.IMAGE, PictureTable.CLASS, PictureTable.PATH);
    Dataset<Row> predicted =
        classifier
            .transform(
                selected,
                PictureTable.IMAGE,
                new OutputColumns(PREDICTION, "", PROBABILITY, "", DAMAGED))
            .select(PictureTable.CLASS, PictureTable.PATH, PREDICTION, PROBABILITY, DAMAGED);
    return JobFailure.translate(
        () -> {
          KnownClasses.require(
              selected.select(
                  functions.col(PictureTable.CLASS).cast("string").as(PictureTable.CLASS)),
              PictureTable.CLASS,
              classifier.names());
          return count(predicted, classifier.names(), maxDamaged);
        });
  }

  /** The metrics. */
  public Evaluation evaluation() {
    return evaluation;
  }

  /** Pictures that could not be predicted, in the order of the rows. */
  public List<DamagedImage> damaged() {
    return damaged;
  }

  private static ClusterEvaluation count(
      Dataset<Row> predicted, List<String> names, double maxDamaged) {
    HashMap<String, Integer> indices = new HashMap<>();
    for (int i = 0; i < names.size(); i++) indices.put(names.get(i), i);
    List<Counts> parts =
        predicted
            .javaRDD()
            .mapPartitions(rows -> List.of(new Counts(rows, indices)).iterator())
            .collect();
    ConfusionMatrix matrix = new ConfusionMatrix(names.size());
    double lossSum = 0;
    List<DamagedImage> damaged = new ArrayList<>();
    // In the order of the partitions, so that the sum is always the same.
    for (Counts part : parts) {
      part.cells.forEach(
          (cell, count) ->
              matrix.add((int) (cell / names.size()), (int) (cell % names.size()), count));
      lossSum += part.lossSum;
      damaged.addAll(part.damaged);
    }
    if (matrix.total() + damaged.size() == 0) {
      throw new SparkDl4jException(ErrorCode.DATA_EMPTY, "there are no pictures to evaluate");
    }
    DamagedShare.check(damaged, matrix.total() + damaged.size(), maxDamaged);
    return new ClusterEvaluation(Evaluation.of(matrix, lossSum), damaged);
  }

  /** What a partition adds. */
  private static final class Counts implements Serializable {
    private static final long serialVersionUID = 1;

    /** By {@code actual * classes + predicted}: never more than the partition has pictures. */
    private final HashMap<Long, Long> cells = new HashMap<>();

    private final ArrayList<DamagedImage> damaged = new ArrayList<>();
    private double lossSum;

    private Counts(Iterator<Row> rows, Map<String, Integer> indices) {
      while (rows.hasNext()) add(rows.next(), indices);
    }

    private void add(Row row, Map<String, Integer> indices) {
      if (!row.isNullAt(4)) {
        String[] damage = row.getString(4).split(": ", 2);
        damaged.add(
            new DamagedImage(row.getString(1), DamageReason.labelled(damage[0]), damage[1]));
        return;
      }
      int actual = indices.get(String.valueOf(row.get(0)));
      long cell = (long) actual * indices.size() + (long) row.getDouble(2);
      cells.merge(cell, 1L, Long::sum);
      lossSum += Evaluation.logLoss(((Vector) row.get(3)).apply(actual));
    }
  }
}
