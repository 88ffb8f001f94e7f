package org.sparkdl4j.loss;

/**
 * Softmax and cross-entropy, {@code -sum(y log p)}, as DL4J's LossMCXENT; label smoothing after
 * Szegedy et al., Rethinking the Inception Architecture, 2016, section 7.
 */
final class CrossEntropyLoss extends SoftmaxLoss {
  CrossEntropyLoss(int classes, double smoothing) {
    super(classes, smoothing);
  }

  @Override
  double loss() {
    double sum = 0;
    for (int k = 0; k < row.length; k++) sum += target[k] * CrossEntropy.of(row[k]);
    return sum;
  }

  @Override
  void differentiate() {
    for (int k = 0; k < row.length; k++) row[k] -= target[k];
  }
}
