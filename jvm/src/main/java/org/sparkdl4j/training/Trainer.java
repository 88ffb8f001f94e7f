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
  private final Checkpoints checkpoints;
  private final Observations observations;

  /** What the run goes on from; null for a run from its beginning. */
  private final Checkpoint resumed;

  private final List<EpochResult> epochs = new ArrayList<>();
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
      Checkpoints checkpoints,
      Checkpoint resumed,
      Observations observations,
      Consumer<TrainingEvent> events,
      BooleanSupplier cancelled) {
    this.core = core;
    this.furtherCores = furtherCores;
    this.trainings = trainings;
    this.options = options;
    this.checkpoints = checkpoints;
    this.resumed = resumed;
    this.observations = observations;
    this.events = events;
    this.cancelled = cancelled;
  }

  TrainingResult run() {
    try (KeptNetwork first = new KeptNetwork(core, KeptNetwork.LARGEST_IN_MEMORY)) {
      kept = first;
      if (resumed != null) goOnFrom(resumed);
      return train();
    }
  }

  private TrainingResult train() {
    Reason reason = Reason.COMPLETED;
    try (MinibatchTraining minibatches =
        trainings.of(core, furtherCores, options, observations, cancelled)) {
      EpochProgress progress = new EpochProgress();
      if (resumed != null) {
        resumed.requireSamePictures(minibatches);
        progress = resumed.progress();
        minibatches.seek(epochs.size() + 1, progress.rounds());
      }
      events.accept(
          TrainingEvent.start(
              options.epochs(),
              minibatches.minibatchesPerEpoch(),
              minibatches.examplesPerEpoch(),
              epochs));
      if (observations.samples() > 0 && resumed == null) {
        events.accept(TrainingEvent.samples(minibatches.samples(observations.samples())));
      }
      if (observations.histograms()) {
        histograms = new ParameterHistograms(core.network());
        knowsUpdates = progress.steps() == 0;
      }
      while (epochs.size() < options.epochs() && reason == Reason.COMPLETED) {
        reason = trainEpoch(epochs.size() + 1, progress, minibatches);
        progress = new EpochProgress();
      }
    } catch (RuntimeException | Error e) {
      restoreAfter(e);
      throw e;
    }
    // In the first epoch, the run keeps what it has learned so far.
    if (keptEpoch != null || !isSound || !core.hasFiniteParameters()) kept.restore();
    return new TrainingResult(
        reason,
        keptEpoch == null ? 0 : keptEpoch.epoch(),
        epoch,
        step,
        divergedWorker,
        waits,
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
    if (checkpoint.keptEpoch() > 0) keptEpoch = epochs.get(checkpoint.keptEpoch() - 1);
  }

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
          steps, progress, trainedBefore, roundLoss / roundExamples, roundAccuracy, start);
      checkpoints.passedRound(results.length);
      if (progress.steps() < steps) writeCheckpointIfDue(progress, minibatches);
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
            imagesPerSecond,
            secondsSince(start),
            waits.since(waitsBefore));
    epochs.add(result);
    boolean best = options.keepBest() && validation != null;
    if (keptEpoch == null || !best || result.isBetterThan(keptEpoch)) {
      kept.keep();
      keptEpoch = result;
    }
    if (histograms != null) tellOfHistograms(number);
    if (validation != null && validation.confusion() != null) {
      events.accept(TrainingEvent.validationConfusion(number, validation.confusion()));
    }
    events.accept(TrainingEvent.epoch(result));
    checkpoints.passedEpoch();
    writeCheckpointIfDue(new EpochProgress(), minibatches);
    return Reason.COMPLETED;
  }

  private void tellOfHistograms(int number) {
    events.accept(
        TrainingEvent.histograms(
            number, histograms.parameters(), knowsUpdates ? histograms.updates() : null));
    histograms.remember();
    knowsUpdates = true;
  }

  private void writeCheckpointIfDue(EpochProgress progress, MinibatchTraining minibatches) {
    if (!checkpoints.areDue()) return;
    minibatches.synchronize();
    int number = keptEpoch == null ? 0 : keptEpoch.epoch();
    boolean isKept = progress.steps() == 0 && number == epochs.size();
    NetworkState best = kept.state();
    NetworkState state = isKept ? best : core.snapshot();
    checkpoints.write(Checkpoint.of(state, best, number, epochs, progress, minibatches));
  }

  private void tellOfMinibatch(
      int steps,
      EpochProgress progress,
      long trainedBefore,
      double loss,
      double accuracy,
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
