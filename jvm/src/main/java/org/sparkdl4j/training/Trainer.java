package org.sparkdl4j.training;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.sparkdl4j.dl4j.NetworkState;
import org.sparkdl4j.dl4j.ParameterHistograms;
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
  private final RunDecisions decisions;
  private final Checkpoints checkpoints;
  private final Observations observations;

  /** Asked after every epoch whether the run goes on. */
  private final BooleanSupplier goesOn;

  /** What the run goes on from, until it has; null for a run from its beginning. */
  private Checkpoint resumed;

  private final List<EpochResult> epochs = new ArrayList<>();

  /** Of the network, before any schedule. */
  private double learningRate;

  private KeptNetwork kept;
  private EpochResult keptEpoch;
  private int epoch;
  private int step;
  private Integer divergedWorker;

  /** Whether the network is one to keep, where no epoch has finished. */
  private boolean isSound;

  private boolean hasTold;
  private long lastEvent;
  private InputWaits waits = InputWaits.NONE;

  /** Null where nobody has asked for them. */
  private ParameterHistograms histograms;

  /** Whether the histograms remember the parameters from before the present epoch. */
  private boolean knowsUpdates;

  Trainer(
      NetworkCore core,
      Supplier<NetworkCore> furtherCores,
      MinibatchTrainings trainings,
      TrainingOptions options,
      RunDecisions decisions,
      Checkpoint resumed,
      Observations observations,
      Consumer<TrainingEvent> events,
      BooleanSupplier cancelled,
      BooleanSupplier goesOn) {
    this.core = core;
    this.furtherCores = furtherCores;
    this.trainings = trainings;
    this.options = options;
    this.decisions = decisions;
    checkpoints = decisions.checkpoints();
    this.resumed = resumed;
    this.observations = observations;
    this.events = events;
    this.cancelled = cancelled;
    this.goesOn = goesOn;
  }

  TrainingResult run() {
    learningRate = core.learningRate();
    try (KeptNetwork first = new KeptNetwork(core, KeptNetwork.LARGEST_IN_MEMORY)) {
      kept = first;
      if (resumed != null) goOnFrom(resumed);
      return train();
    }
  }

  private TrainingResult train() {
    Reason reason = decisions.stopsEarly() ? Reason.STOPPED_EARLY : null;
    try (MinibatchTraining minibatches =
        trainings.of(core, furtherCores, options, observations, cancelled)) {
      minibatches.scaleLearningRate(decisions.learningRateShare());
      EpochProgress progress = new EpochProgress();
      boolean isResumed = resumed != null;
      if (isResumed) {
        resumed.requireSamePictures(minibatches);
        progress = resumed.progress();
        minibatches.seek(epochs.size() + 1, progress.rounds());
        // Its arrays are large.
        resumed = null;
      }
      events.accept(
          TrainingEvent.start(
              options.epochs(),
              minibatches.minibatchesPerEpoch(),
              minibatches.examplesPerEpoch(),
              epochs));
      if (observations.samples() > 0 && !isResumed) {
        events.accept(TrainingEvent.samples(minibatches.samples(observations.samples())));
      }
      if (observations.histograms()) {
        histograms = new ParameterHistograms(core.network());
        knowsUpdates = progress.steps() == 0;
      }
      while (epochs.size() < options.epochs() && reason == null) {
        reason = trainEpoch(epochs.size() + 1, progress, minibatches);
        progress = new EpochProgress();
      }
    } catch (CancelledException e) {
      isSound = true;
      reason = Reason.CANCELLED;
    } catch (RuntimeException | Error e) {
      restoreAfter(e);
      throw e;
    }
    // In the first epoch, the run keeps what it has learned so far.
    if (keptEpoch != null || !isSound || !core.hasFiniteParameters()) kept.restore();
    boolean hasAll = epochs.size() >= options.epochs();
    return new TrainingResult(
        hasAll ? Reason.COMPLETED : reason,
        keptEpoch == null ? 0 : keptEpoch.epoch(),
        epoch,
        step,
        divergedWorker,
        waits,
        decisions.earlyStopping() == null ? null : decisions.earlyStopping().toJson(),
        epochs);
  }

  /** Restores the network and all that the run before knew. */
  private void goOnFrom(Checkpoint checkpoint) {
    core.restore(checkpoint.kept());
    kept.keep();
    core.restore(checkpoint.state());
    epochs.addAll(checkpoint.epochs());
    epoch = checkpoint.result().epoch();
    step = checkpoint.result().step();
    decisions.resume(epochs, learningRate);
    if (checkpoint.keptEpoch() > 0) keptEpoch = epochs.get(checkpoint.keptEpoch() - 1);
  }

  /** Trains an epoch, or its rest; why the run ends with it, null where it does not. */
  private Reason trainEpoch(int number, EpochProgress progress, MinibatchTraining minibatches) {
    InputWaits waitsBefore = waits;
    long start = System.nanoTime();
    long trainedBefore = progress.examples();
    int steps = minibatches.minibatchesPerEpoch();
    while (progress.steps() < steps) {
      MinibatchResult[] results = minibatches.trainRound();
      waits = minibatches.waits();
      double roundLoss = 0;
      long roundHits = 0;
      long roundExamples = 0;
      boolean complete = true;
      for (int i = 0; i < results.length; i++) {
        if (results[i] == null) {
          complete = false;
          continue;
        }
        epoch = number;
        step = progress.steps() + 1;
        if (!Double.isFinite(results[i].lossSum())) {
          divergedWorker = minibatches.worker(i);
          isSound = minibatches.undoesDivergedRounds();
          return Reason.DIVERGED;
        }
        progress.add(results[i]);
        roundLoss += results[i].lossSum();
        roundHits += results[i].hits();
        roundExamples += results[i].examples();
      }
      if (!complete) {
        isSound = true;
        return Reason.CANCELLED;
      }
      progress.finishRound();
      double roundAccuracy = (double) roundHits / roundExamples;
      tellOfMinibatch(
          steps,
          progress,
          trainedBefore,
          roundLoss / roundExamples,
          roundAccuracy,
          rate(minibatches),
          start);
      checkpoints.passedRound(results.length);
      if (progress.steps() < steps) writeCheckpoints(progress, minibatches);
    }
    double imagesPerSecond = (progress.examples() - trainedBefore) / secondsSince(start);
    minibatches.finishEpoch();
    // The last update may have spoilt the parameters without any loss showing it yet.
    if (!core.hasFiniteParameters() || !minibatches.predictsNumbers()) return Reason.DIVERGED;
    ValidationResult validation = minibatches.validate();
    if (validation != null && !Double.isFinite(validation.loss())) return Reason.DIVERGED;
    EpochResult result =
        new EpochResult(
            number,
            progress.loss(),
            progress.accuracy(),
            validation == null ? null : validation.loss(),
            validation == null ? null : validation.accuracy(),
            rate(minibatches),
            imagesPerSecond,
            secondsSince(start),
            waits.since(waitsBefore));
    epochs.add(result);
    boolean isBest = decisions.observe(result, learningRate);
    if (keptEpoch == null || keeps(result, isBest)) {
      kept.keep();
      keptEpoch = result;
    }
    if (histograms != null) tellOfHistograms(number);
    if (validation != null && validation.confusion() != null) {
      events.accept(TrainingEvent.validationConfusion(number, validation.confusion()));
    }
    minibatches.scaleLearningRate(decisions.learningRateShare());
    events.accept(TrainingEvent.epoch(result));
    checkpoints.passedEpoch(result);
    writeCheckpoints(new EpochProgress(), minibatches);
    if (!goesOn.getAsBoolean()) {
      return cancelled.getAsBoolean() ? Reason.CANCELLED : Reason.STOPPED;
    }
    return decisions.stopsEarly() ? Reason.STOPPED_EARLY : null;
  }

  private void tellOfHistograms(int number) {
    events.accept(
        TrainingEvent.histograms(
            number, histograms.parameters(), knowsUpdates ? histograms.updates() : null));
    histograms.remember();
    knowsUpdates = true;
  }

  /**
   * Whether an epoch takes the place of the one that is kept.
   *
   * @param isBest whether it is the best that early stopping has seen
   */
  private boolean keeps(EpochResult result, boolean isBest) {
    EarlyStopping earlyStopping = decisions.earlyStopping();
    if (earlyStopping != null && earlyStopping.restoresBest()) return isBest;
    boolean best = options.keepBest() && result.validationLoss() != null;
    return !best || result.isBetterThan(keptEpoch);
  }

  /** Of the last minibatch. */
  private double rate(MinibatchTraining minibatches) {
    return core.learningRate()
        * (minibatches.scheduledShare(epoch, step) * decisions.learningRateShare());
  }

  private void writeCheckpoints(EpochProgress progress, MinibatchTraining minibatches) {
    checkpoints.write(
        () -> {
          minibatches.synchronize();
          int number = keptEpoch == null ? 0 : keptEpoch.epoch();
          boolean isKept = progress.steps() == 0 && number == epochs.size();
          NetworkState best = kept.state();
          NetworkState state = isKept ? best : core.snapshot();
          return Checkpoint.of(state, best, number, epochs, progress, minibatches);
        });
  }

  private void tellOfMinibatch(
      int steps,
      EpochProgress progress,
      long trainedBefore,
      double loss,
      double accuracy,
      double rate,
      long epochStart) {
    long now = System.nanoTime();
    if (hasTold && now - lastEvent < EVENT_INTERVAL) return;
    hasTold = true;
    lastEvent = now;
    events.accept(
        TrainingEvent.minibatch(
            epoch,
            step,
            steps,
            progress.examples(),
            progress.examples() - trainedBefore,
            loss,
            accuracy,
            rate,
            secondsSince(epochStart)));
  }

  private void restoreAfter(Throwable failure) {
    try {
      kept.restore();
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  private static double secondsSince(long start) {
    return Math.max(1, System.nanoTime() - start) / 1e9;
  }
}
