package org.sparkdl4j.loss;

/**
 * A sigmoid per class and binary cross-entropy, {@code -sum(y log p + (1 - y) log(1 - p))}, as
 * DL4J's LossBinaryXENT: the loss sees no probability nearer to 0 or 1 than 1e-5. The gradient
 * does, where DL4J's fades: a picture far on the wrong side must still pull.
 */
final class BinaryCrossEntropyLoss extends RowLoss {
  private static final double CLIP = 1e-5;

  BinaryCrossEntropyLoss(int classes, double smoothing) {
    super(classes, smoothing, 2);
  }

  @Override
  void activate() {
    for (int k = 0; k < row.length; k++) row[k] = 1 / (1 + Math.exp(-row[k]));
  }

  @Override
  double loss() {
    double sum = 0;
    for (int k = 0; k < row.length; k++) {
      double p = Math.min(Math.max(row[k], CLIP), 1 - CLIP);
      double y = target[k];
      sum -= y * Math.log(p) + (1 - y) * Math.log(1 - p);
    }
    return sum;
  }

  @Override
  void differentiate() {
    for (int k = 0; k < row.length; k++) row[k] -= target[k];
  }
}
