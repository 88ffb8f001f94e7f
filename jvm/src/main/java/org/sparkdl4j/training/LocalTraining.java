package org.sparkdl4j.training;

import java.util.Arrays;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.sparkdl4j.dataset.LabelSums;
import org.sparkdl4j.dataset.LabeledImages;
import org.sparkdl4j.dataset.Oversampling;
import org.sparkdl4j.dataset.StandardScaler;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.loss.MinibatchResult;
import org.sparkdl4j.network.LossSpec;
import org.sparkdl4j.plan.ForwardPass;
import org.sparkdl4j.plan.NetworkCore;

/** Training on pictures in the memory of this machine, whose minibatches come in one order. */
public abstract class LocalTraining implements MinibatchTraining {
  private final LabeledImages training;
  private final LabeledImages validation;
  private final LossSpec loss;
  private final int batchSize;
  private final long seed;
  private final boolean withConfusion;
  private final LearningRateSchedule schedule;

  /** The pictures of an epoch, for who looks at them. */
  private LabeledImages pictures;

  /** Closed with the training; null where another one has it. */
  private RunInput input;

  /** Minibatches of the present epoch that were trained. */
  private int trained;

  LocalTraining(
      NetworkCore core,
      LabeledImages training,
      LabeledImages validation,
      TrainingOptions options,
      Observations observations) {
    this.training = training;
    this.validation = validation;
    pictures = training;
    loss = core.configuration().loss();
    batchSize = Math.min(options.batchSize(), training.size());
    seed = options.seed();
    withConfusion = observations.validationConfusion();
    schedule = options.learningRateSchedule(minibatchesPerEpoch());
  }

  /**
   * Training on pictures of this machine: with one network, or with averaging workers.
   *
   * @param scaler fitted on the training data
   * @param training labelled pictures
   * @param validation labelled pictures that are not trained on, or null
   * @throws SparkDl4jException DATA_EMPTY, DATA_LABELS
   */
  public static MinibatchTrainings of(
      StandardScaler scaler, LabeledImages training, LabeledImages validation) {
    requireLabeled(training, "training");
    if (validation != null) requireLabeled(validation, "validation");
    return new MinibatchTrainings() {
      @Override
      public MinibatchTraining of(
          NetworkCore core,
          Supplier<NetworkCore> furtherCores,
          TrainingOptions options,
          Observations observations,
          BooleanSupplier cancelled) {
        RunInput input = new RunInput(core, scaler, options);
        try {
          LabeledImages epoch = epoch(input.of(training), options);
          LabeledImages other = input.of(validation);
          LocalTraining run =
              workers(input, core, furtherCores, epoch, other, options, observations, cancelled);
          run.pictures = epoch(training, options);
          run.input = input;
          return run;
        } catch (RuntimeException | Error e) {
          input.close();
          throw e;
        }
      }

      @Override
      public boolean hasValidation() {
        return validation != null;
      }

      @Override
      public String place() {
        return "one machine";
      }

      @Override
      public long examplesPerEpoch(TrainingOptions options) {
        return options.isOversampling()
            ? Arrays.stream(repeated(training)).asLongStream().sum()
            : training.size();
      }

      @Override
      public int largestMinibatch(TrainingOptions options) {
        return Math.min(options.batchSize(), epoch(training, options).size());
      }
    };
  }

  /** One network, or averaging workers, that take what the input gives. */
  private static LocalTraining workers(
      RunInput input,
      NetworkCore core,
      Supplier<NetworkCore> furtherCores,
      LabeledImages epoch,
      LabeledImages validation,
      TrainingOptions options,
      Observations observations,
      BooleanSupplier cancelled) {
    StandardScaler scaler = input.scaler();
    NetworkCore first = input.prepare(core);
    return options.numWorkers() == 1
        ? new Worker(first, scaler, epoch, validation, options, observations, 0, 1, cancelled)
        : new AveragingWorkers(
            first,
            () -> input.prepare(furtherCores.get()),
            scaler,
            epoch,
            validation,
            options,
            observations,
            cancelled);
  }

  /** The pictures of an epoch, with their weights. */
  private static LabeledImages epoch(LabeledImages training, TrainingOptions options) {
    LabeledImages epoch = training;
    if (options.isOversampling()) {
      int[] targets = repeated(training);
      epoch = training.subset(Oversampling.positions(training.labels(), targets, options.seed()));
    }
    long[] counts = Arrays.stream(epoch.counts()).asLongStream().toArray();
    double[] ofClasses = options.classWeights(epoch.classes(), counts);
    if (ofClasses != null) epoch = epoch.withClassWeights(ofClasses);
    if (epoch.someCount()) return epoch;
    throw new SparkDl4jException(
        ErrorCode.DATA_NOT_FINITE, "the weights of all training pictures are 0: some must count");
  }

  /** How many pictures of each class an epoch shows where those of smaller ones come again. */
  private static int[] repeated(LabeledImages training) {
    return Oversampling.targets(new int[][] {training.counts()}, 0);
  }

  @Override
  public final int minibatchesPerEpoch() {
    return (training.size() - 1) / batchSize + 1;
  }

  @Override
  public final long examplesPerEpoch() {
    return training.size();
  }

  @Override
  public final LabelSums labelSums() {
    LabelSums sums = new LabelSums();
    sums.add(training);
    if (validation != null) sums.add(validation);
    return sums;
  }

  @Override
  public final void seek(int epoch, int rounds) {
    trained = Math.multiplyExact(rounds, roundSize());
    seekRound(epoch, rounds);
  }

  @Override
  public final MinibatchResult[] trainRound() {
    int round = Math.min(roundSize(), minibatchesPerEpoch() - trained);
    trained = (trained + round) % minibatchesPerEpoch();
    return train(round);
  }

  /**
   * {@inheritDoc} It has it already: it is the first worker's, which all others are averaged into.
   */
  @Override
  public final void synchronize() {}

  @Override
  public final boolean undoesDivergedRounds() {
    return false;
  }

  @Override
  public final boolean predictsNumbers() {
    LabeledImages sample = training.subset(IntStream.range(0, batchSize).toArray());
    return ForwardPass.areNumbers(predict(sample, batchSize));
  }

  @Override
  public final ValidationResult validate() {
    if (validation == null) return null;
    return ValidationResult.of(validation, predict(validation, batchSize), loss, withConfusion);
  }

  @Override
  public final SamplePictures samples(int count) {
    return SamplePictures.first(pictures, seed, count);
  }

  @Override
  public final double scheduledShare(int epoch, int step) {
    return schedule.share((epoch - 1L) * minibatchesPerEpoch() + step - 1);
  }

  /** What the schedule makes of the learning rate in the minibatch of a number, from 1. */
  final double scheduledShare(long number) {
    return schedule.share(number - 1);
  }

  /** Pictures in a minibatch, but the last one of an epoch. */
  final int batchSize() {
    return batchSize;
  }

  @Override
  public final void close() {
    try {
      closeWorkers();
    } finally {
      if (input != null) input.close();
    }
  }

  /** Ends threads and frees memory, but not the first network. */
  abstract void closeWorkers();

  /** Goes on at a round of an epoch, as {@link #seek} says. */
  abstract void seekRound(int epoch, int rounds);

  /** The most minibatches between two averagings. */
  abstract int roundSize();

  /** Trains the next minibatches of the epoch, as {@link #trainRound} says. */
  abstract MinibatchResult[] train(int minibatches);

  /** Probabilities of {@code view.size() * classes}, row by row. */
  abstract float[] predict(LabeledImages view, int batchSize);

  static void requireLabeled(LabeledImages images, String what) {
    if (images.size() == 0) {
      throw new SparkDl4jException(ErrorCode.DATA_EMPTY, "there are no " + what + " pictures");
    }
    if (!images.isLabeled()) {
      throw new SparkDl4jException(
          ErrorCode.DATA_LABELS, "the " + what + " pictures have no labels");
    }
  }
}
