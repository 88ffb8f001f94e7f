package org.sparkdl4j.training;

import org.sparkdl4j.spec.Options;

/**
 * Reduces the learning rate when a metric has not improved for some epochs. Serves one run; what it
 * knows follows from the run's finished epochs, so that a resumed run finds it out again.
 */
final class PlateauReduction {
  private final Plateau plateau;
  private final int patience;
  private final double factor;
  private final double minimum;
  private double share = 1;

  /**
   * A reduction that has not happened.
   *
   * @param options of the group "reduce_on_plateau"
   */
  PlateauReduction(Options options) {
    plateau = new Plateau(EpochMetric.of(options.string("metric")), options.number("min_delta"));
    patience = options.integer("patience");
    factor = options.number("factor");
    minimum = options.number("min_learning_rate");
  }

  EpochMetric metric() {
    return plateau.metric();
  }

  /**
   * Takes the next epoch.
   *
   * @param learningRate of the network, before any schedule
   */
  void observe(EpochResult epoch, double learningRate) {
    plateau.observe(epoch);
    if (plateau.waited() < patience) return;
    double lowest = Math.min(share, minimum / learningRate);
    share = Math.max(share * factor, lowest);
    plateau.restart();
  }

  /** By which the learning rate is multiplied from now on, beside its schedule. */
  double share() {
    return share;
  }
}
