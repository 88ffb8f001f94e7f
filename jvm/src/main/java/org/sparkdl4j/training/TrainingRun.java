package org.sparkdl4j.training;

import java.util.function.Supplier;
import org.sparkdl4j.dataset.LabeledImages;
import org.sparkdl4j.dataset.StandardScaler;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.plan.NetworkCore;

/**
 * One training of a network, on a daemon thread of its own. Its last event is always {@code end} or
 * {@code error}.
 *
 * <p>Where validation data are given and the option {@code keep} is "best", the network gets the
 * parameters of the epoch with the best validation accuracy (ties: lower validation loss), else
 * those of the last finished epoch. A NaN or infinite loss ends the run and goes back to that
 * epoch, or to the first parameters when none has finished. Cancelling does likewise, except that
 * it keeps the current parameters when no epoch has finished. {@link RunDecisions} may end a run
 * earlier, and keep another epoch.
 */
public final class TrainingRun {
  private final NetworkCore core;
  private final MinibatchTrainings trainings;
  private final TrainingOptions options;
  private final Trainer trainer;
  private final EventQueue events = new EventQueue();
  private final EpochAnswers answers = new EpochAnswers();
  private volatile boolean cancelled;
  private volatile TrainingResult result;
  private volatile SparkDl4jException failure;
  private boolean started;

  /**
   * A run.
   *
   * @param core the network to train; nobody else may train it meanwhile
   * @param furtherCores gives new networks of the same configuration for the averaging workers but
   *     the first, which the run closes
   * @param scaler fitted on the training data
   * @param training labelled pictures
   * @param validation labelled pictures that are not trained on, or null
   * @param options epochs, minibatch size, seed, workers, what to keep
   * @throws SparkDl4jException DATA_EMPTY, DATA_LABELS
   */
  public TrainingRun(
      NetworkCore core,
      Supplier<NetworkCore> furtherCores,
      StandardScaler scaler,
      LabeledImages training,
      LabeledImages validation,
      TrainingOptions options) {
    this(
        core,
        furtherCores,
        LocalTraining.of(scaler, training, validation),
        options,
        new RunDecisions(),
        null,
        Observations.NONE);
  }

  /**
   * A run on pictures wherever they are.
   *
   * @param core the network to train; nobody else may train it meanwhile
   * @param furtherCores gives new networks of the same configuration, which the run closes
   * @param trainings where the pictures are
   * @param options epochs, minibatch size, seed, workers, what to keep
   * @param decisions what else decides about the run; no other run may have them
   * @param resumed what the run goes on from; null for a run from its beginning. The network must
   *     be of the same configuration; other pictures end the run with CHECKPOINT_MISMATCH.
   * @param observations what the run tells of beside its curves
   */
  public TrainingRun(
      NetworkCore core,
      Supplier<NetworkCore> furtherCores,
      MinibatchTrainings trainings,
      TrainingOptions options,
      RunDecisions decisions,
      Checkpoint resumed,
      Observations observations) {
    this.core = core;
    this.trainings = trainings;
    this.options = options.forPictures(trainings.examplesPerEpoch(options));
    trainer =
        new Trainer(
            core,
            furtherCores,
            trainings,
            this.options,
            decisions,
            resumed,
            observations,
            events::offer,
            () -> cancelled,
            () -> !decisions.awaitsAnswers() || answers.await(() -> cancelled));
  }

  /**
   * Starts the thread.
   *
   * @throws SparkDl4jException TRAINING_STATE when it was started before
   */
  public synchronized void start() {
    if (started) {
      throw new SparkDl4jException(
          ErrorCode.TRAINING_STATE, "the training run was started already: make a new one");
    }
    started = true;
    Thread thread = new Thread(this::run, "sparkdl4j-training");
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * Takes the next event as JSON, for callers that know no classes of Java.
   *
   * @param millis how long to wait for one at most
   * @return the event (see {@link TrainingEvent}), or null when none has come
   */
  public String poll(long millis) {
    TrainingEvent event = next(millis);
    return event == null ? null : event.toJson().toString();
  }

  /**
   * Takes the next event.
   *
   * @param millis how long to wait for one at most
   * @return null when none has come, or when the thread was interrupted, which stays known
   */
  public TrainingEvent next(long millis) {
    try {
      return events.poll(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    }
  }

  /**
   * Asks the run to end before its next minibatch, or on a cluster at once. May be called at any
   * time, from any thread.
   */
  public void cancel() {
    cancelled = true;
    answers.wake();
    trainings.cancel();
  }

  /**
   * Says after an epoch whether the run goes on, where it waits for that ({@link
   * RunDecisions#awaitAnswers}). May be called from any thread, once for every event {@code epoch}.
   *
   * @param goesOn false ends the run as it would have ended after its last epoch
   */
  public void answer(boolean goesOn) {
    answers.give(goesOn);
  }

  /**
   * How the run ended.
   *
   * @throws SparkDl4jException TRAINING_STATE before the event {@code end}; the run's own failure
   *     after the event {@code error}
   */
  public TrainingResult result() {
    if (failure != null) throw failure;
    if (result == null) {
      throw new SparkDl4jException(
          ErrorCode.TRAINING_STATE, "the training run has not ended: poll until its end event");
    }
    return result;
  }

  private void run() {
    TrainingEvent last;
    try {
      TrainingResult finished = train();
      result = finished;
      last = TrainingEvent.end(finished);
    } catch (Throwable e) {
      failure = failure(e);
      last = TrainingEvent.error(failure);
    }
    events.offer(last);
  }

  private TrainingResult train() {
    try {
      return trainer.run();
    } finally {
      core.releaseThread();
    }
  }

  private SparkDl4jException failure(Throwable e) {
    if (e instanceof SparkDl4jException) return (SparkDl4jException) e;
    String message = String.valueOf(e.getMessage());
    // ND4J reports failed native allocations as plain RuntimeExceptions.
    if (e instanceof OutOfMemoryError || message.contains("Failed to allocate")) {
      return new SparkDl4jException(
              ErrorCode.OUT_OF_MEMORY,
              "training ran out of memory: use a smaller batch_size (now "
                  + options.batchSize()
                  + "), smaller pictures or a larger heap",
              e)
          .with("batch_size", options.batchSize());
    }
    return new SparkDl4jException(
        ErrorCode.INTERNAL, "training failed unexpectedly: " + e + "; please report it", e);
  }
}
