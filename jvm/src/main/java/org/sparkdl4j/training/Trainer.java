package org.sparkdl4j.training;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.sparkdl4j.dataset.LabeledImages;
import org.sparkdl4j.dataset.SeededOrder;
import org.sparkdl4j.dataset.StandardScaler;
import org.sparkdl4j.plan.CrossEntropy;
import org.sparkdl4j.plan.ForwardPass;
import org.sparkdl4j.plan.MinibatchResult;
import org.sparkdl4j.plan.Minibatches;
import org.sparkdl4j.plan.NetworkCore;
import org.sparkdl4j.plan.NetworkState;
import org.sparkdl4j.training.TrainingResult.Reason;

/** The epochs of one training run, on the calling thread. Events never change what is computed. */
final class Trainer {
  /** Minibatches tell of themselves at most ten times a second. */
  private static final long EVENT_INTERVAL = TimeUnit.MILLISECONDS.toNanos(100);

  private final NetworkCore core;
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
  private long trainedMinibatches;
  private long lastEvent;

  /** A trainer; {@code validation} may be null. */
  Trainer(
      NetworkCore core,
      StandardScaler scaler,
      LabeledImages training,
      LabeledImages validation,
      TrainingOptions options,
      Consumer<TrainingEvent> events,
      BooleanSupplier cancelled) {
    this.core = core;
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
    try (Minibatches minibatches =
        new Minibatches(training, scaler, core.inputShape(), batchSize)) {
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
        reason, keptEpoch == null ? 0 : keptEpoch.epoch(), epoch, step, epochs);
  }

  private Reason trainEpoch(int number, Minibatches minibatches) {
    int[] order = SeededOrder.permutation(training.size(), options.seed(), number);
    long start = System.nanoTime();
    double lossSum = 0;
    long hits = 0;
    for (int from = 0; from < order.length; from += batchSize) {
      if (cancelled.getAsBoolean()) return Reason.CANCELLED;
      int count = Math.min(batchSize, order.length - from);
      int[] labels = new int[count];
      for (int i = 0; i < count; i++) labels[i] = training.label(order[from + i]);
      MinibatchResult result =
          core.train(minibatches.load(order, from, count), labels, null, nextMinibatchSeed());
      epoch = number;
      step = from / batchSize + 1;
      if (!Double.isFinite(result.lossSum())) return Reason.DIVERGED;
      lossSum += result.lossSum();
      hits += result.hits();
      tellOfMinibatch(from + count, result.lossSum() / count, start);
    }
    double trainSeconds = secondsSince(start);
    core.finishEpoch();
    NetworkState state = core.snapshot();
    // The last update may have spoilt the parameters without any loss showing it yet.
    if (!state.isFinite() || !predictsNumbers(order)) return Reason.DIVERGED;
    Double validationLoss = null;
    Double validationAccuracy = null;
    if (validation != null) {
      float[] probabilities = ForwardPass.run(core, scaler, validation, batchSize);
      validationLoss = validationLoss(probabilities);
      validationAccuracy = validationAccuracy(probabilities);
      if (!Double.isFinite(validationLoss)) return Reason.DIVERGED;
    }
    EpochResult result =
        new EpochResult(
            number,
            lossSum / order.length,
            (double) hits / order.length,
            validationLoss,
            validationAccuracy,
            order.length / trainSeconds,
            secondsSince(start));
    epochs.add(result);
    boolean best = options.keepBest() && validation != null;
    if (keptEpoch == null || !best || result.isBetterThan(keptEpoch)) {
      kept = state;
      keptEpoch = result;
    }
    events.accept(TrainingEvent.epoch(result));
    return Reason.COMPLETED;
  }

  /**
   * Whether one minibatch of predictions is free of NaN; parameters can be finite, yet too large.
   */
  private boolean predictsNumbers(int[] order) {
    LabeledImages sample = training.subset(Arrays.copyOf(order, batchSize));
    for (float probability : ForwardPass.run(core, scaler, sample, batchSize)) {
      if (!Float.isFinite(probability)) return false;
    }
    return true;
  }

  private void tellOfMinibatch(int examples, double loss, long epochStart) {
    long now = System.nanoTime();
    if (trainedMinibatches > 1 && now - lastEvent < EVENT_INTERVAL) return;
    lastEvent = now;
    events.accept(
        TrainingEvent.minibatch(
            epoch, step, stepsPerEpoch, examples, loss, secondsSince(epochStart)));
  }

  private long nextMinibatchSeed() {
    trainedMinibatches++;
    // ND4J's dropout uses the low half of a seed only, so the two must be mixed into it.
    return new Random(options.seed() * 1_000_000_007L + trainedMinibatches).nextLong();
  }

  private double validationLoss(float[] probabilities) {
    double sum = 0;
    for (int i = 0; i < validation.size(); i++) {
      sum += CrossEntropy.of(probabilities[i * core.classes() + validation.label(i)]);
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
