package org.sparkdl4j.training;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.spec.Options;

/**
 * What decides about a run beside its options: when it stops early, when its learning rate is
 * reduced, when it writes checkpoints, and whether it waits for an answer after every epoch. Serves
 * one run.
 */
public final class RunDecisions {
  private final List<CheckpointSchedule> checkpoints = new ArrayList<>();
  private EarlyStopping earlyStopping;
  private PlateauReduction reduction;
  private boolean awaitsAnswers;
  private int begin;

  /**
   * Stops early.
   *
   * @param options of the group "early_stopping"
   */
  public void stopEarly(Options options) {
    earlyStopping = new EarlyStopping(options);
  }

  /**
   * Reduces the learning rate on a plateau.
   *
   * @param options of the group "reduce_on_plateau"
   */
  public void reduceOnPlateau(Options options) {
    reduction = new PlateauReduction(options);
  }

  /** Writes checkpoints. */
  public void writeCheckpoints(CheckpointSchedule schedule) {
    checkpoints.add(schedule);
  }

  /** Waits after every epoch for {@link TrainingRun#answer}. */
  public void awaitAnswers() {
    awaitsAnswers = true;
  }

  /**
   * Makes sure that there are the validation pictures that a decision needs.
   *
   * @throws SparkDl4jException PARAMETER_CONFLICT
   */
  public void requireMetrics(boolean hasValidation) {
    if (hasValidation) return;
    Map<String, EpochMetric> metrics = new TreeMap<>();
    for (CheckpointSchedule schedule : checkpoints) {
      if (schedule.metric() != null) metrics.put("the best checkpoint", schedule.metric());
    }
    if (earlyStopping != null) metrics.put("early stopping", earlyStopping.metric());
    if (reduction != null) metrics.put("the reduction on a plateau", reduction.metric());
    metrics.forEach(
        (what, metric) -> {
          if (!metric.needsValidation()) return;
          throw new SparkDl4jException(
                  ErrorCode.PARAMETER_CONFLICT,
                  what
                      + " follows "
                      + metric.label()
                      + ", but there are no validation pictures: give some, or take the metric loss"
                      + " or accuracy")
              .with("parameter", "metric");
        });
  }

  /** Takes no notice of the first epochs, which other runs have trained. */
  public void beginAfter(int epochs) {
    begin = epochs;
  }

  /** Goes on after the epochs of a run before. */
  void resume(List<EpochResult> epochs, double learningRate) {
    List<EpochResult> counted = epochs.subList(begin, epochs.size());
    for (EpochResult epoch : counted) observe(epoch, learningRate);
    for (CheckpointSchedule schedule : checkpoints) schedule.resume(counted);
  }

  /**
   * Takes the next epoch.
   *
   * @param learningRate of the network, before any schedule
   * @return whether it is the best that early stopping has seen
   */
  boolean observe(EpochResult epoch, double learningRate) {
    if (reduction != null) reduction.observe(epoch, learningRate);
    return earlyStopping != null && earlyStopping.observe(epoch);
  }

  /** Null without any. */
  EarlyStopping earlyStopping() {
    return earlyStopping;
  }

  boolean stopsEarly() {
    return earlyStopping != null && earlyStopping.isDue();
  }

  /** By which plateaus have multiplied the learning rate. */
  double learningRateShare() {
    return reduction == null ? 1 : reduction.share();
  }

  Checkpoints checkpoints() {
    return new Checkpoints(checkpoints);
  }

  boolean awaitsAnswers() {
    return awaitsAnswers;
  }
}
