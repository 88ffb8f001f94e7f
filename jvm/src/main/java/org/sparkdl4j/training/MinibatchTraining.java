package org.sparkdl4j.training;

import org.sparkdl4j.dataset.LabeledImages;
import org.sparkdl4j.loss.MinibatchResult;
import org.sparkdl4j.minibatch.InputWaits;

/**
 * Trains a network on the minibatches of a run, which come in one order, whoever trains them. The
 * first network that it was given has the state of the whole between two calls.
 */
interface MinibatchTraining extends AutoCloseable {
  /** The most minibatches that one call of {@link #train} may ask for. */
  int roundSize();

  /**
   * Trains the next minibatches.
   *
   * @param minibatches how many; all of one epoch
   * @return one result for each; null for one that was not trained, because the run was cancelled
   *     or an earlier one diverged
   */
  MinibatchResult[] train(int minibatches);

  /** Counts a finished epoch. */
  void finishEpoch();

  /** Probabilities of {@code view.size() * classes}, row by row. */
  float[] predict(LabeledImages view, int batchSize);

  /** How often training had to wait for minibatches so far. */
  InputWaits waits();

  /** Ends threads and frees memory; the first network stays. */
  @Override
  void close();
}
