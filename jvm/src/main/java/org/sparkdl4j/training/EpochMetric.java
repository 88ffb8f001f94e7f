package org.sparkdl4j.training;

import java.util.Locale;

/** A number of every epoch that decisions about the run can follow. */
public enum EpochMetric {
  VALIDATION_LOSS,
  VALIDATION_ACCURACY,
  LOSS,
  ACCURACY;

  /** The metric of a name, such as {@code validation_loss}. */
  static EpochMetric of(String name) {
    return valueOf(name.toUpperCase(Locale.ROOT));
  }

  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  boolean needsValidation() {
    return this == VALIDATION_LOSS || this == VALIDATION_ACCURACY;
  }

  double of(EpochResult epoch) {
    switch (this) {
      case VALIDATION_LOSS:
        return epoch.validationLoss();
      case VALIDATION_ACCURACY:
        return epoch.validationAccuracy();
      case LOSS:
        return epoch.loss();
      default:
        return epoch.accuracy();
    }
  }

  /** Whether a value is better than the best so far by more than so much. */
  boolean isBetter(double value, double best, double minDelta) {
    boolean low = this == VALIDATION_LOSS || this == LOSS;
    return low ? value < best - minDelta : value > best + minDelta;
  }
}
