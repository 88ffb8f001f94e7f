package org.sparkdl4j.training;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.nd4j.shade.jackson.databind.node.ArrayNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.augmentation.SeededAugmentation;
import org.sparkdl4j.dataset.LabeledImages;
import org.sparkdl4j.dataset.StandardScaler;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.loss.MinibatchResult;
import org.sparkdl4j.minibatch.Minibatch;
import org.sparkdl4j.minibatch.MinibatchStream;
import org.sparkdl4j.plan.NetworkCore;
import org.sparkdl4j.spec.Json;
import org.sparkdl4j.spec.Options;

/**
 * Looks for a learning rate: a network is trained for some minibatches with a rate that rises
 * evenly on a logarithmic scale, and the loss of each is noted (Smith, Cyclical Learning Rates for
 * Training Neural Networks, 2017, section 3.3). It ends where the loss has risen to four times its
 * smallest, or is no number any more.
 *
 * <p>The rate to suggest is that where the loss falls fastest before it is smallest.
 */
public final class LearningRateFinder implements AutoCloseable {
  /** The weight of the past in the running mean by which the end is found. */
  private static final double PAST = 0.9;

  private static final double TIMES_SMALLEST = 4;

  /** Losses are smoothed over such a share of all. */
  private static final double WIDTH = 0.04;

  private final NetworkCore core;
  private final MinibatchStream input;
  private final long seed;
  private final double low;
  private final double high;
  private final double[] losses;
  private int count;
  private double mean;
  private double smallest = Double.POSITIVE_INFINITY;
  private boolean isFinished;

  /**
   * A search that has not begun.
   *
   * @param core a new network, which is closed with the search
   * @param scaler fitted on the pictures
   * @param pictures labelled; they are trained again where there are fewer than it takes
   * @param options minibatch size and seed
   * @param range of the group "find_learning_rate"
   * @throws SparkDl4jException DATA_EMPTY, DATA_LABELS, PARAMETER_CONFLICT
   */
  public LearningRateFinder(
      NetworkCore core,
      StandardScaler scaler,
      LabeledImages pictures,
      TrainingOptions options,
      Options range) {
    LocalTraining.requireLabeled(pictures, "training");
    this.core = core;
    low = range.number("low");
    high = range.number("high");
    if (low >= high) {
      throw new SparkDl4jException(
              ErrorCode.PARAMETER_CONFLICT,
              "low is " + low + " and high is " + high + ": low must be below high")
          .with("parameter", "low");
    }
    losses = new double[range.integer("steps")];
    seed = options.seed();
    int batchSize = Math.min(options.batchSize(), pictures.size());
    TrainingOrder order = new TrainingOrder(pictures.size(), batchSize, losses.length, seed, 0, 1);
    input =
        new MinibatchStream(
            pictures,
            scaler,
            core.inputShape(),
            core.readShape(),
            batchSize,
            order,
            new SeededAugmentation(options.augmentation(), seed),
            options.threads());
  }

  /**
   * Trains minibatches for a while, but one at least.
   *
   * @return whether there are more to train
   */
  public boolean advance(long millis) {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    try {
      do {
        if (isFinished) return false;
        step();
      } while (System.nanoTime() < end);
      return !isFinished;
    } finally {
      core.releaseThread();
    }
  }

  /**
   * What was found so far.
   *
   * @return JSON: {@code rates} and {@code losses} of the minibatches, {@code smoothed} (the same
   *     losses without their noise), {@code suggestion} (a rate; null where the loss does not fall)
   */
  public String result() {
    double[] smoothed = smoothed(Arrays.copyOf(losses, count));
    ObjectNode json = Json.object();
    ArrayNode rates = json.putArray("rates");
    ArrayNode raw = json.putArray("losses");
    ArrayNode smooth = json.putArray("smoothed");
    for (int i = 0; i < count; i++) {
      rates.add(rate(i));
      raw.add(losses[i]);
      smooth.add(smoothed[i]);
    }
    int best = steepest(smoothed);
    json.put("suggestion", best < 0 ? null : (Double) rate(best));
    return Json.write(json);
  }

  /** Frees the network. Idempotent. */
  @Override
  public void close() {
    input.close();
    core.close();
  }

  private void step() {
    Minibatch minibatch = input.next(() -> false);
    core.scaleLearningRate(rate(count) / core.learningRate());
    MinibatchResult result =
        core.train(
            minibatch.features(),
            minibatch.targets(),
            Worker.minibatchSeed(seed, minibatch.number()));
    double loss = result.lossSum() / result.examples();
    if (!Double.isFinite(loss)) {
      isFinished = true;
      return;
    }
    losses[count++] = loss;
    mean = PAST * mean + (1 - PAST) * loss;
    double unbiased = mean / (1 - Math.pow(PAST, count));
    smallest = Math.min(smallest, unbiased);
    isFinished = count == losses.length || unbiased > TIMES_SMALLEST * smallest;
  }

  private double rate(int step) {
    if (losses.length == 1) return low;
    return low * StrictMath.pow(high / low, (double) step / (losses.length - 1));
  }

  /** Means of the neighbours on both sides, so that nothing moves along the scale. */
  private double[] smoothed(double[] values) {
    double width = Math.max(1, WIDTH * losses.length);
    double[] smoothed = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      double sum = 0;
      double weights = 0;
      for (int j = 0; j < values.length; j++) {
        double weight = StrictMath.exp(-0.5 * (i - j) * (i - j) / (width * width));
        sum += weight * values[j];
        weights += weight;
      }
      smoothed[i] = sum / weights;
    }
    return smoothed;
  }

  /** Where the values fall fastest before they are smallest; -1 where they do not fall. */
  private static int steepest(double[] values) {
    int lowest = 0;
    for (int i = 0; i < values.length; i++) {
      if (values[i] < values[lowest]) lowest = i;
    }
    int steepest = -1;
    double fall = 0;
    for (int i = 1; i < lowest; i++) {
      double here = values[i - 1] - values[i + 1];
      if (here <= fall) continue;
      fall = here;
      steepest = i;
    }
    return steepest;
  }
}
