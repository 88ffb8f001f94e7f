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
  double loss(int label) {
    double sum = 0;
    for (int k = 0; k < row.length; k++) sum += target(k, label) * CrossEntropy.of(row[k]);
    return sum;
  }

  @Override
  void differentiate(int label) {
    for (int k = 0; k < row.length; k++) row[k] -= target(k, label);
  }
}
