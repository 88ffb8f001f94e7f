package org.sparkdl4j.training;

import java.util.Arrays;
import java.util.Objects;
import org.sparkdl4j.dataset.LabeledImages;
import org.sparkdl4j.dataset.StandardScaler;
import org.sparkdl4j.dl4j.NetworkState;
import org.sparkdl4j.loss.MinibatchResult;
import org.sparkdl4j.plan.ForwardPass;
import org.sparkdl4j.plan.NetworkCore;

/**
 * An averaging worker with pictures of its own: it trains any stretch of their minibatches, from
 * any state of the network. What comes out depends on that state, the stretch, the seed and the
 * pictures alone, and not on what the worker, or another one in its place, did before.
 */
public final class PartitionWorker implements AutoCloseable {
  /** What a worker made of its stretch. */
  public static final class Result {
    private final NetworkState state;
    private final MinibatchResult[] minibatches;

    private Result(NetworkState state, MinibatchResult[] minibatches) {
      this.state = state;
      this.minibatches = minibatches;
    }

    /** The network afterwards; it is the worker's own until its next call. */
    public NetworkState state() {
      return state;
    }

    /** One result for each minibatch, up to the first whose loss is not finite. */
    public MinibatchResult[] minibatches() {
      return minibatches;
    }
  }

  private final NetworkCore core;
  private final StandardScaler scaler;
  private final LabeledImages pictures;
  private final TrainingOptions options;
  private final long seed;
  private NetworkState last;

  /** What the network takes, from the first call on that brings its parameters. */
  private RunInput input;

  private LabeledImages given;
  private LabeledImages validation;
  private LabeledImages givenValidation;
  private Worker worker;
  private int epoch;
  private int minibatch;

  /**
   * A worker.
   *
   * @param core the network, which the worker closes
   * @param scaler fitted on the pictures of all workers; closed with the worker
   * @param pictures labelled; there may be none; closed with the worker
   * @param seed of this worker's order and random numbers
   */
  public PartitionWorker(
      NetworkCore core,
      StandardScaler scaler,
      LabeledImages pictures,
      TrainingOptions options,
      long seed) {
    this.core = core;
    this.scaler = scaler;
    this.pictures = pictures;
    this.options = options;
    this.seed = seed;
  }

  /** Minibatches that so many pictures make in an epoch. */
  public static int minibatches(long pictures, int batchSize) {
    return Math.toIntExact((pictures + batchSize - 1) / batchSize);
  }

  /**
   * Trains.
   *
   * @param start the network's state before
   * @param epoch counted from 1
   * @param first the first minibatch of the epoch to train, counted from 0
   * @param count how many; fewer where the epoch ends
   * @param learningRateShare by which the learning rate is multiplied, beside its schedule
   */
  public Result train(
      NetworkState start, int epoch, int first, int count, double learningRateShare) {
    int stretch = Math.min(count, minibatches(pictures.size(), options.batchSize()) - first);
    if (stretch <= 0) return new Result(start, new MinibatchResult[0]);
    restore(start);
    seek(epoch, first);
    worker.scaleLearningRate(learningRateShare);
    MinibatchResult[] results = worker.train(stretch);
    minibatch += stretch;
    last = core.snapshot(last);
    long trained = Arrays.stream(results).filter(Objects::nonNull).count();
    return new Result(last, Arrays.copyOf(results, (int) trained));
  }

  /**
   * How pictures of others are predicted with some state.
   *
   * @param withConfusion whether to count which classes are predicted as which
   */
  public ValidationResult validate(
      NetworkState state, LabeledImages others, boolean withConfusion) {
    restore(state);
    if (validation != others) givenValidation = input.of(others);
    validation = others;
    return ValidationResult.of(
        others,
        ForwardPass.run(core, input.scaler(), givenValidation, options.batchSize()),
        core.configuration().loss(),
        withConfusion);
  }

  /** Some of the pictures that it trains first, as many as there are of those asked for. */
  public SamplePictures samples(int count) {
    return SamplePictures.first(pictures, seed, count);
  }

  /** Whether predictions of the first pictures with some state are free of NaN. */
  public boolean predictsNumbers(NetworkState state) {
    if (pictures.size() == 0) return true;
    restore(state);
    int count = Math.min(options.batchSize(), pictures.size());
    return ForwardPass.givesNumbers(core, input.scaler(), given, count);
  }

  /** Frees network and pictures. Idempotent. */
  @Override
  public void close() {
    closeWorker();
    if (input != null) input.close();
    input = null;
    core.close();
    scaler.close();
    pictures.close();
  }

  /** What frozen layers make of the pictures follows from the first state, and stays. */
  private void restore(NetworkState state) {
    core.restore(state);
    if (input != null) return;
    input = new RunInput(core, scaler, options);
    given = input.of(pictures);
    input.prepare(core);
  }

  /** The side thread goes on from minibatch to minibatch; elsewhere another one begins. */
  private void seek(int wantedEpoch, int wantedMinibatch) {
    int perEpoch = minibatches(pictures.size(), options.batchSize());
    boolean isNext =
        worker != null
            && (wantedEpoch == epoch && wantedMinibatch == minibatch
                || wantedEpoch == epoch + 1 && wantedMinibatch == 0 && minibatch == perEpoch);
    epoch = wantedEpoch;
    minibatch = wantedMinibatch;
    if (isNext) return;
    closeWorker();
    worker = Worker.of(core, input.scaler(), given, options, seed, epoch, minibatch);
  }

  private void closeWorker() {
    if (worker != null) worker.close();
    worker = null;
  }
}
