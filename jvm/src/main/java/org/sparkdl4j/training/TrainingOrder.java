package org.sparkdl4j.training;

import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.sparkdl4j.dataset.SeededOrder;
import org.sparkdl4j.minibatch.Selection;

/**
 * The minibatches of all epochs that one worker trains: of every epoch's shuffled pictures those
 * whose place among the minibatches, counted from 0, is {@code worker} modulo {@code workers}.
 * Minibatches are numbered from 1 through the whole run.
 */
final class TrainingOrder implements Iterator<Selection> {
  private final int pictures;
  private final int batchSize;
  private final int minibatchesPerEpoch;
  private final int epochs;
  private final long seed;
  private final int worker;
  private final int workers;
  private int epoch = 1;
  private int minibatch;
  private int[] shuffled;

  TrainingOrder(int pictures, int batchSize, int epochs, long seed, int worker, int workers) {
    this.pictures = pictures;
    this.batchSize = batchSize;
    this.epochs = epochs;
    this.seed = seed;
    this.worker = worker;
    this.workers = workers;
    minibatchesPerEpoch = (pictures - 1) / batchSize + 1;
    minibatch = worker;
  }

  /** Goes on at an epoch, counted from 1, and a minibatch of it, counted from 0. */
  TrainingOrder from(int epoch, int minibatch) {
    this.epoch = epoch;
    this.minibatch = worker + minibatch * workers;
    shuffled = null;
    if (this.minibatch >= minibatchesPerEpoch) startEpoch(epoch + 1);
    return this;
  }

  @Override
  public boolean hasNext() {
    return epoch <= epochs && worker < minibatchesPerEpoch;
  }

  @Override
  public Selection next() {
    if (!hasNext()) throw new NoSuchElementException();
    if (shuffled == null) shuffled = SeededOrder.permutation(pictures, seed, epoch);
    int from = minibatch * batchSize;
    int to = (int) Math.min((long) from + batchSize, pictures);
    long number = (epoch - 1L) * minibatchesPerEpoch + minibatch + 1;
    Selection selection = new Selection(number, epoch, Arrays.copyOfRange(shuffled, from, to));
    minibatch += workers;
    if (minibatch >= minibatchesPerEpoch) startEpoch(epoch + 1);
    return selection;
  }

  private void startEpoch(int number) {
    epoch = number;
    minibatch = worker;
    shuffled = null;
  }
}
