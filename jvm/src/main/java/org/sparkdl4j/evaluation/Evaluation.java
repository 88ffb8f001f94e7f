package org.sparkdl4j.evaluation;

import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.node.ArrayNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.spec.Json;

/** The metrics of predicted probabilities. Averages over classes are macro averages. */
public final class Evaluation {
  /** scikit-learn's limit for float64 probabilities. */
  private static final double EPSILON = Math.ulp(1.0);

  private final ConfusionMatrix matrix;
  private final double logLoss;

  private Evaluation(ConfusionMatrix matrix, double logLoss) {
    this.matrix = matrix;
    this.logLoss = logLoss;
  }

  /**
   * Compares probabilities with the actual classes. The predicted class is the most probable one;
   * ties: the lowest.
   *
   * @param actual the class of each picture, 0 to classes - 1
   * @param probabilities {@code [actual.length, classes]}, row by row, used as given
   * @param classes number of classes
   * @throws SparkDl4jException DATA_EMPTY, DATA_SHAPE, DATA_LABELS, DATA_NOT_FINITE
   */
  public static Evaluation of(int[] actual, double[] probabilities, int classes) {
    if (actual.length == 0) {
      throw new SparkDl4jException(ErrorCode.DATA_EMPTY, "there are no pictures to evaluate");
    }
    if (probabilities.length != (long) actual.length * classes) {
      throw new SparkDl4jException(
          ErrorCode.DATA_SHAPE,
          String.format(
              "%d pictures and %d classes need %d probabilities, but there are %d",
              actual.length, classes, (long) actual.length * classes, probabilities.length));
    }
    ConfusionMatrix matrix = new ConfusionMatrix(classes);
    double lossSum = 0;
    for (int i = 0; i < actual.length; i++) {
      if (actual[i] < 0 || actual[i] >= classes) {
        throw new SparkDl4jException(
            ErrorCode.DATA_LABELS,
            "picture "
                + i
                + " has the label "
                + actual[i]
                + ", which is not one of the classes 0 to "
                + (classes - 1));
      }
      int best = 0;
      for (int k = 0; k < classes; k++) {
        double probability = probabilities[i * classes + k];
        if (!Double.isFinite(probability)) {
          throw new SparkDl4jException(
              ErrorCode.DATA_NOT_FINITE,
              "the probabilities of picture " + i + " hold " + probability);
        }
        if (probability > probabilities[i * classes + best]) best = k;
      }
      matrix.add(actual[i], best);
      lossSum += logLoss(probabilities[i * classes + actual[i]]);
    }
    return of(matrix, lossSum);
  }

  /**
   * What follows from counts.
   *
   * @param matrix with at least one picture
   * @param lossSum of all pictures, {@link #logLoss(double)} of each
   */
  public static Evaluation of(ConfusionMatrix matrix, double lossSum) {
    return new Evaluation(matrix, lossSum / matrix.total());
  }

  /** What one picture adds to the cross-entropy, in nats: of its actual class's probability. */
  public static double logLoss(double probability) {
    return -Math.log(Math.min(Math.max(probability, EPSILON), 1 - EPSILON));
  }

  /** Compares float probabilities, such as a network's, with the actual classes. */
  public static Evaluation of(int[] actual, float[] probabilities, int classes) {
    double[] wide = new double[probabilities.length];
    for (int i = 0; i < wide.length; i++) wide[i] = probabilities[i];
    return of(actual, wide, classes);
  }

  public ConfusionMatrix confusionMatrix() {
    return matrix;
  }

  public double accuracy() {
    return matrix.accuracy();
  }

  public double balancedAccuracy() {
    return matrix.balancedAccuracy();
  }

  public double precision() {
    return mean(matrix::precision);
  }

  public double recall() {
    return mean(matrix::recall);
  }

  public double f1() {
    return mean(matrix::f1);
  }

  /** Cohen's kappa; NaN where it is undefined. */
  public double cohenKappa() {
    return matrix.cohenKappa();
  }

  public double matthewsCorrelation() {
    return matrix.matthewsCorrelation();
  }

  /** Of two classes, the recall of the second, the positive one; null of other numbers of them. */
  public Double sensitivity() {
    return matrix.classes() == 2 ? matrix.recall(1) : null;
  }

  /** Of two classes, the recall of the first, the negative one; null of other numbers of them. */
  public Double specificity() {
    return matrix.classes() == 2 ? matrix.recall(0) : null;
  }

  /** The mean cross-entropy in nats, probabilities limited to [2.2e-16, 1 - 2.2e-16]. */
  public double logLoss() {
    return logLoss;
  }

  /**
   * The metrics under the names that {@code metrics.json} uses; null for what is undefined.
   *
   * @param labels the names of the classes, in their order, of any JSON type
   */
  public ObjectNode toJson(ArrayNode labels) {
    ObjectNode json = Json.object();
    json.put("accuracy", accuracy());
    json.put("balanced_accuracy", balancedAccuracy());
    json.put("precision", precision());
    json.put("recall", recall());
    json.put("f1", f1());
    json.put("cohen_kappa", Double.isNaN(cohenKappa()) ? null : (Double) cohenKappa());
    json.put("matthews_correlation", matthewsCorrelation());
    json.put("sensitivity", sensitivity());
    json.put("specificity", specificity());
    json.put("log_loss", logLoss);
    json.set("classes", labels.deepCopy());
    ArrayNode rows = json.putArray("confusion_matrix");
    ArrayNode perClass = json.putArray("per_class");
    for (int k = 0; k < matrix.classes(); k++) {
      ArrayNode row = rows.addArray();
      for (int j = 0; j < matrix.classes(); j++) row.add(matrix.count(k, j));
      JsonNode label = labels.get(k);
      ObjectNode one = perClass.addObject();
      one.set("class", label);
      one.put("precision", matrix.precision(k));
      one.put("recall", matrix.recall(k));
      one.put("f1", matrix.f1(k));
      one.put("support", matrix.support(k));
    }
    return json;
  }

  private double mean(IntToDoubleFunction metric) {
    return IntStream.range(0, matrix.classes()).mapToDouble(metric).average().orElse(0);
  }
}
