package org.sparkdl4j.loss;

/** A loss of probabilities that a softmax makes. */
abstract class SoftmaxLoss extends RowLoss {
  SoftmaxLoss(int classes, double smoothing) {
    super(classes, smoothing, classes);
  }

  @Override
  final void activate() {
    double largest = Double.NEGATIVE_INFINITY;
    for (double logit : row) largest = Math.max(largest, logit);
    double sum = 0;
    for (int k = 0; k < row.length; k++) {
      row[k] = Math.exp(row[k] - largest);
      sum += row[k];
    }
    for (int k = 0; k < row.length; k++) row[k] /= sum;
  }
}
