package org.sparkdl4j.training;

import org.sparkdl4j.dataset.LabelSums;
import org.sparkdl4j.loss.MinibatchResult;
import org.sparkdl4j.minibatch.InputWaits;

/**
 * Trains a network on the minibatches of a run, wherever these are, and whoever trains them. The
 * network that it was given has the state of the whole after {@link #finishEpoch} and {@link
 * #close}.
 */
public interface MinibatchTraining extends AutoCloseable {
  /** Minibatches of an epoch. */
  int minibatchesPerEpoch();

  /** Pictures of an epoch. */
  long examplesPerEpoch();

  /** Checksums of the labels and weights of all pictures, which a checkpoint compares. */
  LabelSums labelSums();

  /**
   * Goes on at a place within the run; called before anything was trained.
   *
   * @param epoch counted from 1
   * @param rounds of the epoch that were trained already
   */
  void seek(int epoch, int rounds);

  /**
   * Trains the next minibatches of the epoch, as many as come before the next averaging.
   *
   * @return one result for each; null for one that was not trained, because the run was cancelled
   *     or an earlier one diverged
   * @throws CancelledException when none of the round was kept
   */
  MinibatchResult[] trainRound();

  /**
   * The worker that trained a minibatch of the last round.
   *
   * @param minibatch its place in what {@link #trainRound} has returned
   * @return counted from 0; null where one worker trains alone
   */
  Integer worker(int minibatch);

  /** Whether a round with a loss that is not finite leaves the network as it was before. */
  boolean undoesDivergedRounds();

  /**
   * Trains the following minibatches with a share of the learning rate, beside its schedule.
   *
   * @param share 1 at first
   */
  void scaleLearningRate(double share);

  /**
   * What the schedule makes of the learning rate in a minibatch of an epoch.
   *
   * @param epoch counted from 1
   * @param step the minibatch's number in the epoch, counted from 1
   * @return by which the rate is multiplied
   */
  double scheduledShare(int epoch, int step);

  /** Gives the network that it was given the state of the whole, within an epoch too. */
  void synchronize();

  /** Counts a finished epoch. */
  void finishEpoch();

  /**
   * Whether some predictions of training pictures are free of NaN; parameters can be finite, yet
   * too large.
   *
   * @throws CancelledException when the run was cancelled before it was found out
   */
  boolean predictsNumbers();

  /**
   * How the validation pictures are predicted now; null without any. It has the confusions where
   * the {@link Observations} of the run ask for them.
   */
  ValidationResult validate();

  /** Some of the pictures that are trained first, as many as there are of those asked for. */
  SamplePictures samples(int count);

  /** How often training had to wait for minibatches so far. */
  InputWaits waits();

  /** Ends threads and frees memory; the network stays. */
  @Override
  void close();
}
