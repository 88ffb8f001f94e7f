package org.sparkdl4j.training;

import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.spec.Json;
import org.sparkdl4j.spec.Options;

/**
 * Ends a run when a metric has not improved for some epochs. Serves one run; what it knows follows
 * from the run's finished epochs, so that a resumed run finds it out again.
 */
final class EarlyStopping {
  private final Plateau plateau;
  private final int patience;
  private final boolean restoresBest;

  /**
   * Early stopping.
   *
   * @param options of the group "early_stopping"
   */
  EarlyStopping(Options options) {
    plateau = new Plateau(EpochMetric.of(options.string("metric")), options.number("min_delta"));
    patience = options.integer("patience");
    restoresBest = options.bool("restore_best");
  }

  EpochMetric metric() {
    return plateau.metric();
  }

  /** Takes the next epoch; whether it is the best so far. */
  boolean observe(EpochResult epoch) {
    return plateau.observe(epoch);
  }

  boolean isDue() {
    return plateau.waited() >= patience;
  }

  /** Whether the best epoch's parameters are those to keep, whatever the option {@code keep}. */
  boolean restoresBest() {
    return restoresBest;
  }

  /** What it followed, and which epoch was best. */
  ObjectNode toJson() {
    return Json.object()
        .put("metric", metric().label())
        .put("best_epoch", plateau.best() == null ? 0 : plateau.best().epoch());
  }
}
