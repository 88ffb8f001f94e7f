package org.sparkdl4j.training;

import java.util.Random;
import java.util.function.BooleanSupplier;
import org.sparkdl4j.augmentation.SeededAugmentation;
import org.sparkdl4j.dataset.LabeledImages;
import org.sparkdl4j.dataset.StandardScaler;
import org.sparkdl4j.loss.MinibatchResult;
import org.sparkdl4j.minibatch.InputWaits;
import org.sparkdl4j.minibatch.Minibatch;
import org.sparkdl4j.minibatch.MinibatchStream;
import org.sparkdl4j.plan.ForwardPass;
import org.sparkdl4j.plan.NetworkCore;

/**
 * One network and its share of the minibatches, gathered on a side thread. Alone it is the whole
 * training, on the thread that calls it.
 */
final class Worker extends LocalTraining {
  private final NetworkCore core;
  private final StandardScaler scaler;
  private final long seed;
  private final BooleanSupplier cancelled;
  private final LabeledImages pictures;
  private final TrainingOrder order;
  private final SeededAugmentation augmentation;
  private final int threads;
  private final TrainedLayers trained;
  private MinibatchStream input;
  private long examples;
  private double learningRateShare = 1;

  /**
   * One of the workers that share the minibatches of all pictures.
   *
   * @param worker which of the {@code workers} it is, counted from 0
   * @param cancelled asked before every minibatch
   */
  Worker(
      NetworkCore core,
      StandardScaler scaler,
      LabeledImages training,
      LabeledImages validation,
      TrainingOptions options,
      Observations observations,
      int worker,
      int workers,
      BooleanSupplier cancelled) {
    this(
        core,
        scaler,
        training,
        validation,
        options,
        observations,
        order(training, options, options.seed(), worker, workers),
        options.seed(),
        cancelled);
  }

  private Worker(
      NetworkCore core,
      StandardScaler scaler,
      LabeledImages training,
      LabeledImages validation,
      TrainingOptions options,
      Observations observations,
      TrainingOrder order,
      long seed,
      BooleanSupplier cancelled) {
    super(core, training, validation, options, observations);
    this.core = core;
    this.scaler = scaler;
    this.seed = seed;
    this.cancelled = cancelled;
    this.order = order;
    pictures = training;
    augmentation = new SeededAugmentation(options.augmentation(), seed);
    threads = options.threads();
    trained = options.trainedLayers();
    input = stream();
  }

  /**
   * A worker with pictures of its own, from some minibatch on.
   *
   * @param seed of its order and random numbers
   * @param epoch of the first minibatch, counted from 1
   * @param minibatch the first one's number in its epoch, counted from 0
   */
  static Worker of(
      NetworkCore core,
      StandardScaler scaler,
      LabeledImages pictures,
      TrainingOptions options,
      long seed,
      int epoch,
      int minibatch) {
    TrainingOrder order = order(pictures, options, seed, 0, 1).from(epoch, minibatch);
    return new Worker(
        core, scaler, pictures, null, options, Observations.NONE, order, seed, () -> false);
  }

  private static TrainingOrder order(
      LabeledImages pictures, TrainingOptions options, long seed, int worker, int workers) {
    int batchSize = Math.min(options.batchSize(), pictures.size());
    return new TrainingOrder(pictures.size(), batchSize, options.epochs(), seed, worker, workers);
  }

  private MinibatchStream stream() {
    return new MinibatchStream(
        pictures,
        scaler,
        core.takenShape(),
        core.readShape(),
        batchSize(),
        order,
        augmentation,
        threads);
  }

  @Override
  void seekRound(int epoch, int rounds) {
    seekMinibatch(epoch, rounds);
  }

  /**
   * Goes on at one of this worker's own minibatches.
   *
   * @param epoch counted from 1
   * @param minibatch counted from 0
   */
  void seekMinibatch(int epoch, int minibatch) {
    // Its thread has taken the first minibatches of the order already.
    input.close();
    order.from(epoch, minibatch);
    input = stream();
  }

  @Override
  public void scaleLearningRate(double share) {
    learningRateShare = share;
  }

  @Override
  int roundSize() {
    return 1;
  }

  @Override
  MinibatchResult[] train(int minibatches) {
    MinibatchResult[] results = new MinibatchResult[minibatches];
    for (int i = 0; i < minibatches && !cancelled.getAsBoolean(); i++) {
      Minibatch next = input.next(cancelled);
      if (next == null) break;
      core.trainLast(trained.in(epoch(next.number())), trained.decay());
      core.scaleLearningRate(scheduledShare(next.number()) * learningRateShare);
      results[i] = core.train(next.features(), next.targets(), minibatchSeed(seed, next.number()));
      examples += next.size();
      if (!Double.isFinite(results[i].lossSum())) break;
    }
    return results;
  }

  /** The epoch, counted from 1, of the minibatch of a number, from 1. */
  private int epoch(long number) {
    return (int) ((number - 1) / minibatchesPerEpoch()) + 1;
  }

  NetworkCore core() {
    return core;
  }

  /** Pictures trained so far. */
  long examples() {
    return examples;
  }

  @Override
  public Integer worker(int minibatch) {
    return null;
  }

  @Override
  public void finishEpoch() {
    core.finishEpoch();
  }

  @Override
  float[] predict(LabeledImages view, int batchSize) {
    return ForwardPass.run(core, scaler, view, batchSize);
  }

  @Override
  public InputWaits waits() {
    return input.waits();
  }

  @Override
  void closeWorkers() {
    input.close();
  }

  /** The seed of a minibatch's random numbers, whoever trains it. */
  static long minibatchSeed(long seed, long number) {
    // ND4J's dropout uses the low half of a seed only, so the two must be mixed into it.
    return new Random(seed * 1_000_000_007L + number).nextLong();
  }
}
