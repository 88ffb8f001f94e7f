package org.sparkdl4j.loss;

/** Softmax and the squared error, averaged over the classes, as DL4J's LossMSE. */
final class SquaredErrorLoss extends SoftmaxLoss {
  SquaredErrorLoss(int classes, double smoothing) {
    super(classes, smoothing);
  }

  @Override
  double loss() {
    double sum = 0;
    for (int k = 0; k < row.length; k++) {
      double error = row[k] - target[k];
      sum += error * error;
    }
    return sum / row.length;
  }

  @Override
  void differentiate() {
    double sum = 0;
    for (int k = 0; k < row.length; k++) sum += row[k] * slope(k);
    for (int k = 0; k < row.length; k++) row[k] *= slope(k) - sum;
  }

  private double slope(int k) {
    return 2 * (row[k] - target[k]) / row.length;
  }
}
