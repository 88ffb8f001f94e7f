package org.sparkdl4j.serving;

import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.model.Prediction;

/** What became of one picture: a prediction, or the reason why there is none. */
public final class PictureResult {
  private final Prediction prediction;
  private final SparkDl4jException problem;

  private PictureResult(Prediction prediction, SparkDl4jException problem) {
    this.prediction = prediction;
    this.problem = problem;
  }

  static PictureResult of(Prediction prediction) {
    return new PictureResult(prediction, null);
  }

  static PictureResult of(SparkDl4jException problem) {
    return new PictureResult(null, problem);
  }

  /** Whether there is a prediction. */
  public boolean isPredicted() {
    return prediction != null;
  }

  /**
   * The prediction.
   *
   * @throws SparkDl4jException the problem, where there is none
   */
  public Prediction prediction() {
    if (prediction == null) throw problem;
    return prediction;
  }

  /** Why there is no prediction, such as DATA_DAMAGED; null where there is one. */
  public SparkDl4jException problem() {
    return problem;
  }
}
