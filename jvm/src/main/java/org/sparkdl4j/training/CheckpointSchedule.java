package org.sparkdl4j.training;

import java.util.Locale;
import java.util.function.BiConsumer;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.spec.Options;

/** When a run writes checkpoints, into which file, and who writes them. Serves one run. */
public final class CheckpointSchedule {
  private final String path;
  private final String unit;
  private final long every;
  private final boolean keepsAll;
  private final EpochMetric metric;
  private final BiConsumer<String, Checkpoint> writer;

  /** Null where not the best one is kept. */
  private final Plateau best;

  /** Units that have passed since the last checkpoint. */
  private long passed;

  /**
   * A schedule.
   *
   * @param path of the file; where all checkpoints are kept, each has its number in its name
   * @param options of the group "checkpoint"
   * @param writer is called with a file's path on the training's thread, between two rounds, while
   *     the run's network has the checkpoint's state
   * @throws SparkDl4jException PARAMETER_CONFLICT
   */
  public CheckpointSchedule(String path, Options options, BiConsumer<String, Checkpoint> writer) {
    this.path = path;
    this.writer = writer;
    unit = options.string("unit");
    every = options.integer("every");
    keepsAll = options.string("keep").equals("all");
    metric = EpochMetric.of(options.string("metric"));
    best = options.string("keep").equals("best") ? new Plateau(metric, 0) : null;
    if (best != null && !unit.equals("epoch")) {
      throw new SparkDl4jException(
              ErrorCode.PARAMETER_CONFLICT,
              "a checkpoint of the best epoch is written after epochs, but unit is "
                  + unit
                  + ": leave unit out, or keep the last")
          .with("parameter", "unit");
    }
  }

  /** The metric that it follows; null for none. */
  EpochMetric metric() {
    return best == null ? null : metric;
  }

  /** Goes on after epochs of a run before, whose checkpoints are written. */
  void resume(Iterable<EpochResult> epochs) {
    for (EpochResult epoch : epochs) {
      passedEpoch(epoch);
      if (isDue()) passed = 0;
    }
  }

  void passedRound(int steps) {
    if (unit.equals("round")) passed++;
    if (unit.equals("step")) passed += steps;
  }

  void passedEpoch(EpochResult epoch) {
    if (!unit.equals("epoch")) return;
    passed++;
    if (isDue() && best != null && !best.observe(epoch)) passed = 0;
  }

  boolean isDue() {
    return passed >= every;
  }

  void write(Checkpoint checkpoint) {
    writer.accept(keepsAll ? numbered(checkpoint) : path, checkpoint);
    passed = 0;
  }

  /** {@code run.zip} becomes {@code run-epoch-000012.zip}, or {@code run-step-004800.zip}. */
  private String numbered(Checkpoint checkpoint) {
    boolean byEpoch = unit.equals("epoch");
    int dot = path.lastIndexOf('.');
    int end = dot > path.lastIndexOf('/') + 1 ? dot : path.length();
    return String.format(
        Locale.ROOT,
        "%s-%s-%06d%s",
        path.substring(0, end),
        byEpoch ? "epoch" : "step",
        byEpoch ? checkpoint.epochs().size() : checkpoint.steps(),
        path.substring(end));
  }
}
