package org.sparkdl4j.loss;

/**
 * Softmax and focal loss, {@code -sum(y (1 - p)^gamma log p)}: Lin et al., Focal Loss for Dense
 * Object Detection, 2017, section 3.2, without alpha. With {@code gamma = 0} it is cross-entropy.
 */
final class FocalLoss extends SoftmaxLoss {
  private final double gamma;

  FocalLoss(int classes, double smoothing, double gamma) {
    super(classes, smoothing);
    this.gamma = gamma;
  }

  @Override
  double loss() {
    double sum = 0;
    for (int k = 0; k < row.length; k++) {
      sum += target[k] * Math.pow(1 - row[k], gamma) * CrossEntropy.of(row[k]);
    }
    return sum;
  }

  @Override
  void differentiate() {
    double sum = 0;
    for (int k = 0; k < row.length; k++) sum += slope(k);
    for (int k = 0; k < row.length; k++) row[k] = slope(k) - row[k] * sum;
  }

  /** A class's term differentiated by its probability p, times p, which softmax brings in. */
  private double slope(int k) {
    double p = row[k];
    // -log(p) / (1 - p) has the limit 1.
    double ratio = p == 1 ? 1 : CrossEntropy.of(p) / (1 - p);
    return -target[k] * Math.pow(1 - p, gamma) * (1 + gamma * p * ratio);
  }
}
