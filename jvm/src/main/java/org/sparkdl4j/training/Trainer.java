package org.sparkdl4j.training;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.sparkdl4j.dataset.LabeledImages;
import org.sparkdl4j.dataset.StandardScaler;
import org.sparkdl4j.dl4j.NetworkState;
import org.sparkdl4j.loss.CrossEntropy;
import org.sparkdl4j.loss.MinibatchResult;
import org.sparkdl4j.loss.RowLoss;
import org.sparkdl4j.minibatch.InputWaits;
import org.sparkdl4j.plan.NetworkCore;
import org.sparkdl4j.training.TrainingResult.Reason;

/** The epochs of one training run, on the calling thread. Events never change what is computed. */
final class Trainer {
  /** Minibatches tell of themselves at most ten times a second. */
  private static final long EVENT_INTERVAL = TimeUnit.MILLISECONDS.toNanos(100);

  private final NetworkCore core;
  private final Supplier<NetworkCore> furtherCores;
  private final StandardScaler scaler;
  private final LabeledImages training;
  private final LabeledImages validation;
  private final TrainingOptions options;
  private final Consumer<TrainingEvent> events;
  private final BooleanSupplier cancelled;
  private final int batchSize;
  private final int stepsPerEpoch;

  private final List<EpochResult> epochs = new ArrayList<>();
  private NetworkState kept;
  private EpochResult keptEpoch;
  private int epoch;
  private int step;
  private boolean hasTold;
  private long lastEvent;
  private InputWaits waits = InputWaits.NONE;

  /** A trainer; {@code validation} may be null. */
  Trainer(
      NetworkCore core,
      Supplier<NetworkCore> furtherCores,
      StandardScaler scaler,
      LabeledImages training,
      LabeledImages validation,
      TrainingOptions options,
      Consumer<TrainingEvent> events,
      BooleanSupplier cancelled) {
    this.core = core;
    this.furtherCores = furtherCores;
    this.scaler = scaler;
    this.training = training;
    this.validation = validation;
    this.options = options;
    this.events = events;
    this.cancelled = cancelled;
    batchSize = Math.min(options.batchSize(), training.size());
    stepsPerEpoch = (training.size() - 1) / batchSize + 1;
  }

  TrainingResult run() {
    kept = core.snapshot();
    events.accept(TrainingEvent.start(options.epochs(), stepsPerEpoch, training.size()));
    Reason reason = Reason.COMPLETED;
    try (MinibatchTraining minibatches = minibatchTraining()) {
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

  private MinibatchTraining minibatchTraining() {
    return options.numWorkers() == 1
        ? new Worker(core, scaler, training, options, 0, 1, cancelled)
        : new AveragingWorkers(core, furtherCores, scaler, training, options, cancelled);
  }

  private Reason trainEpoch(int number, MinibatchTraining minibatches) {
    InputWaits waitsBefore = waits;
    long start = System.nanoTime();
    double lossSum = 0;
    long hits = 0;
    int round;
    for (int done = 0; done < stepsPerEpoch; done += round) {
      round = Math.min(minibatches.roundSize(), stepsPerEpoch - done);
      MinibatchResult[] results = minibatches.train(round);
      waits = minibatches.waits();
      double roundLoss = 0;
      boolean complete = true;
      for (int i = 0; i < round; i++) {
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
      }
      if (!complete) return Reason.CANCELLED;
      int examples = examplesIn(done + round);
      tellOfMinibatch(examples, roundLoss / (examples - examplesIn(done)), start);
    }
    double trainSeconds = secondsSince(start);
    minibatches.finishEpoch();
    // The last update may have spoilt the parameters without any loss showing it yet.
    if (!core.hasFiniteParameters() || !predictsNumbers(minibatches)) return Reason.DIVERGED;
    Double validationLoss = null;
    Double validationAccuracy = null;
    if (validation != null) {
      float[] probabilities = minibatches.predict(validation, batchSize);
      validationLoss = validationLoss(probabilities);
      validationAccuracy = validationAccuracy(probabilities);
      if (!Double.isFinite(validationLoss)) return Reason.DIVERGED;
    }
    EpochResult result =
        new EpochResult(
            number,
            lossSum / training.size(),
            (double) hits / training.size(),
            validationLoss,
            validationAccuracy,
            training.size() / trainSeconds,
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

  /**
   * Whether one minibatch of predictions is free of NaN; parameters can be finite, yet too large.
   */
  private boolean predictsNumbers(MinibatchTraining minibatches) {
    LabeledImages sample = training.subset(IntStream.range(0, batchSize).toArray());
    for (float probability : minibatches.predict(sample, batchSize)) {
      if (!Float.isFinite(probability)) return false;
    }
    return true;
  }

  private void tellOfMinibatch(int examples, double loss, long epochStart) {
    long now = System.nanoTime();
    if (hasTold && now - lastEvent < EVENT_INTERVAL) return;
    hasTold = true;
    lastEvent = now;
    events.accept(
        TrainingEvent.minibatch(
            epoch, step, stepsPerEpoch, examples, loss, secondsSince(epochStart)));
  }

  /** Pictures in so many minibatches of an epoch. */
  private int examplesIn(int minibatches) {
    return (int) Math.min((long) minibatches * batchSize, training.size());
  }

  private double validationLoss(float[] probabilities) {
    RowLoss loss = RowLoss.of(core.configuration().loss(), core.classes());
    double sum = 0;
    for (int i = 0; i < validation.size(); i++) {
      sum += loss.loss(probabilities, i * core.classes(), validation.label(i));
    }
    return sum / validation.size();
  }

  private double validationAccuracy(float[] probabilities) {
    int hits = 0;
    for (int i = 0; i < validation.size(); i++) {
      int predicted = CrossEntropy.argMax(probabilities, i * core.classes(), core.classes());
      if (predicted == validation.label(i)) hits++;
    }
    return (double) hits / validation.size();
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
