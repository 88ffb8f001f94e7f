package org.sparkdl4j.training;

/** How long a metric has not improved, as Keras's EarlyStopping and ReduceLROnPlateau count it. */
final class Plateau {
  private final EpochMetric metric;
  private final double minDelta;
  private EpochResult best;
  private int waited;

  /**
   * A plateau of no epochs.
   *
   * @param minDelta what is better by no more than this is no improvement
   */
  Plateau(EpochMetric metric, double minDelta) {
    this.metric = metric;
    this.minDelta = minDelta;
  }

  EpochMetric metric() {
    return metric;
  }

  /** Takes the next epoch; whether it is the best so far. */
  boolean observe(EpochResult epoch) {
    if (best != null && !metric.isBetter(metric.of(epoch), metric.of(best), minDelta)) {
      waited++;
      return false;
    }
    best = epoch;
    waited = 0;
    return true;
  }

  /** Epochs since the best one, or since {@link #restart}. */
  int waited() {
    return waited;
  }

  /** Counts from here; the best stays. */
  void restart() {
    waited = 0;
  }

  /** The best epoch; null before any. */
  EpochResult best() {
    return best;
  }
}
