package org.sparkdl4j.training;

import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.spec.Options;

/**
 * How the learning rate changes within a run, from minibatch to minibatch: a share of the network's
 * learning rate that follows from the minibatch's number, the length of the run and the options
 * alone.
 *
 * <p>A linear warm-up may come first (Goyal et al., Accurate, Large Minibatch SGD, 2017, section
 * 2.2); the schedule begins after it. As in Keras and PyTorch: {@code step} and {@code exponential}
 * are ExponentialDecay with and without its staircase; {@code cosine} is CosineDecay and
 * CosineAnnealingLR (Loshchilov and Hutter, SGDR, 2017, equation 5, without restarts); {@code
 * one_cycle} is OneCycleLR with two phases and a momentum that stays (Smith and Topin,
 * Super-Convergence, 2019).
 */
public final class LearningRateSchedule {
  private final String kind;
  private final long warmup;
  private final long steps;
  private final long period;
  private final double factor;
  private final double initial;
  private final double peak;
  private final double last;

  /**
   * A schedule.
   *
   * @param options of the group "training"
   * @param stepsPerEpoch minibatches of an epoch, of whoever counts his steps
   */
  LearningRateSchedule(Options options, long stepsPerEpoch) {
    kind = options.string("learning_rate_schedule");
    warmup = Math.round(options.number("warmup_epochs") * stepsPerEpoch);
    steps = Math.max(1, options.integer("epochs") * stepsPerEpoch - warmup);
    period = Math.max(1, Math.round(options.number("schedule_epochs") * stepsPerEpoch));
    factor = options.number("schedule_factor");
    initial = options.number("schedule_initial");
    peak = options.number("schedule_peak");
    last = options.number("schedule_final");
  }

  /**
   * Makes sure that the options describe a schedule.
   *
   * @throws SparkDl4jException PARAMETER_CONFLICT
   */
  static void check(Options options) {
    double warmup = options.number("warmup_epochs");
    int epochs = options.integer("epochs");
    // Without a number of epochs, this is called again when the pictures have chosen one.
    if (warmup == 0 || epochs == 0 || warmup < epochs) return;
    throw new SparkDl4jException(
            ErrorCode.PARAMETER_CONFLICT,
            "warmup_epochs is "
                + warmup
                + ", but the whole training has "
                + epochs
                + " epochs: warm up in fewer")
        .with("parameter", "warmup_epochs");
  }

  /** Whether another number of epochs changes the rates of those that they have in common. */
  static boolean dependsOnEpochs(String kind) {
    return kind.equals("cosine") || kind.equals("one_cycle");
  }

  /**
   * By which the learning rate is multiplied.
   *
   * @param step the minibatch's number within the run, counted from 0
   */
  public double share(long step) {
    if (step < warmup) return scheduled(0) * (step + 1) / (warmup + 1);
    return scheduled(step - warmup);
  }

  private double scheduled(long step) {
    // StrictMath gives the same bits on every machine.
    switch (kind) {
      case "step":
        return StrictMath.pow(factor, step / period);
      case "exponential":
        return StrictMath.pow(factor, (double) step / period);
      case "cosine":
        return between(1, last, (double) step / steps);
      case "one_cycle":
        double top = peak * steps - 1;
        if (step <= top) return between(initial, 1, step / Math.max(1, top));
        return between(1, last, (step - top) / Math.max(1, steps - 1 - top));
      default:
        return 1;
    }
  }

  /** Half a wave of the cosine. */
  private static double between(double from, double to, double progress) {
    return to + (from - to) * (1 + StrictMath.cos(Math.PI * Math.min(1, progress))) / 2;
  }
}
