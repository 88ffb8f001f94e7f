package org.sparkdl4j.training;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.sparkdl4j.dl4j.NetworkState;
import org.sparkdl4j.loss.MinibatchResult;
import org.sparkdl4j.minibatch.InputWaits;
import org.sparkdl4j.plan.NetworkCore;
import org.sparkdl4j.training.TrainingResult.Reason;

/** The epochs of one training run, on the calling thread. Events never change what is computed. */
final class Trainer {
  /** Minibatches tell of themselves at most ten times a second. */
  private static final long EVENT_INTERVAL = TimeUnit.MILLISECONDS.toNanos(100);

  private final NetworkCore core;
  private final Supplier<NetworkCore> furtherCores;
  private final MinibatchTrainings trainings;
  private final TrainingOptions options;
  private final Consumer<TrainingEvent> events;
  private final BooleanSupplier cancelled;

  private final List<EpochResult> epochs = new ArrayList<>();
  private NetworkState kept;
  private EpochResult keptEpoch;
  private int epoch;
  private int step;
  private boolean hasTold;
  private long lastEvent;
  private InputWaits waits = InputWaits.NONE;

  Trainer(
      NetworkCore core,
      Supplier<NetworkCore> furtherCores,
      MinibatchTrainings trainings,
      TrainingOptions options,
      Consumer<TrainingEvent> events,
      BooleanSupplier cancelled) {
    this.core = core;
    this.furtherCores = furtherCores;
    this.trainings = trainings;
    this.options = options;
    this.events = events;
    this.cancelled = cancelled;
  }

  TrainingResult run() {
    kept = core.snapshot();
    Reason reason = Reason.COMPLETED;
    try (MinibatchTraining minibatches = trainings.of(core, furtherCores, options, cancelled)) {
      events.accept(
          TrainingEvent.start(
              options.epochs(), minibatches.minibatchesPerEpoch(), minibatches.examplesPerEpoch()));
      for (int e = 1; e <= options.epochs() && reason == Reason.COMPLETED; e++) {
        reason = trainEpoch(e, minibatches);
      }
    } catch (RuntimeException | Error e) {
      restoreAfter(e);
      throw e;
    }
    // Cancelled in the first epoch, the run keeps what it has learned so far.
    if (reason != Reason.CANCELLED || keptEpoch != null) core.restore(kept);
    return new TrainingResult(
        reason, keptEpoch == null ? 0 : keptEpoch.epoch(), epoch, step, waits, epochs);
  }

  private Reason trainEpoch(int number, MinibatchTraining minibatches) {
    InputWaits waitsBefore = waits;
    long start = System.nanoTime();
    double lossSum = 0;
    long hits = 0;
    long examples = 0;
    int steps = minibatches.minibatchesPerEpoch();
    int done = 0;
    while (done < steps) {
      MinibatchResult[] results = minibatches.trainRound();
      waits = minibatches.waits();
      double roundLoss = 0;
      long roundExamples = 0;
      boolean complete = true;
      for (int i = 0; i < results.length; i++) {
        if (results[i] == null) {
          complete = false;
          continue;
        }
        epoch = number;
        step = done + i + 1;
        if (!Double.isFinite(results[i].lossSum())) return Reason.DIVERGED;
        // One after the other, as they are numbered: another order could round differently.
        lossSum += results[i].lossSum();
        roundLoss += results[i].lossSum();
        hits += results[i].hits();
        roundExamples += results[i].examples();
      }
      if (!complete) return Reason.CANCELLED;
      done += results.length;
      examples += roundExamples;
      tellOfMinibatch(steps, examples, roundLoss / roundExamples, start);
    }
    double trainSeconds = secondsSince(start);
    minibatches.finishEpoch();
    // The last update may have spoilt the parameters without any loss showing it yet.
    if (!core.hasFiniteParameters() || !minibatches.predictsNumbers()) return Reason.DIVERGED;
    ValidationResult validation = minibatches.validate();
    if (validation != null && !Double.isFinite(validation.loss())) return Reason.DIVERGED;
    EpochResult result =
        new EpochResult(
            number,
            lossSum / examples,
            (double) hits / examples,
            validation == null ? null : validation.loss(),
            validation == null ? null : validation.accuracy(),
            examples / trainSeconds,
            secondsSince(start),
            waits.since(waitsBefore));
    epochs.add(result);
    boolean best = options.keepBest() && validation != null;
    if (keptEpoch == null || !best || result.isBetterThan(keptEpoch)) {
      kept = core.snapshot(kept);
      keptEpoch = result;
    }
    events.accept(TrainingEvent.epoch(result));
    return Reason.COMPLETED;
  }

  private void tellOfMinibatch(int steps, long examples, double loss, long epochStart) {
    long now = System.nanoTime();
    if (hasTold && now - lastEvent < EVENT_INTERVAL) return;
    hasTold = true;
    lastEvent = now;
    events.accept(
        TrainingEvent.minibatch(epoch, step, steps, examples, loss, secondsSince(epochStart)));
  }

  private void restoreAfter(Throwable failure) {
    try {
      core.restore(kept);
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  private static double secondsSince(long start) {
    return Math.max(1, System.nanoTime() - start) / 1e9;
  }
}
