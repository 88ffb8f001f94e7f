package org.sparkdl4j.update;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongToDoubleFunction;
import org.deeplearning4j.nn.api.Trainable;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.nd4j.linalg.learning.regularization.Regularization.ApplyStep;

/**
 * How one parameter of a layer is updated, in DL4J's order: divide by the minibatch, normalise,
 * regularise, apply the updater, decay.
 */
final class ParameterUpdate {
  private final IUpdater updater;
  private final List<Regularization> regularizations;
  private final boolean isAveraged;

  /** In DL4J's view. */
  private final long offset;

  /** By which its learning rate is multiplied, beside what multiplies all. */
  private double rateShare = 1;

  // What the present minibatch makes of them.
  private float divisor;
  private UpdateRule rule;
  private final List<WeightPenalty> before = new ArrayList<>();
  private final List<WeightPenalty> after = new ArrayList<>();

  ParameterUpdate(Trainable layer, String name, long offset) {
    this.offset = offset;
    updater = layer.getConfig().getUpdaterByParam(name);
    List<Regularization> own = layer.getConfig().getRegularizationByParam(name);
    regularizations = own == null ? List.of() : own;
    isAveraged = layer.updaterDivideByMinibatch(name);
  }

  /** Takes its own share of the learning rate; 0 for a parameter that stays as it is. */
  void multiplyRate(LongToDoubleFunction shares) {
    rateShare = shares.applyAsDouble(offset);
  }

  boolean isTrained() {
    return rateShare > 0;
  }

  /**
   * Takes the values of a minibatch: its size, and what schedules say.
   *
   * @param share by which the learning rate is multiplied
   */
  void prepare(double count, double share, int iteration, int epoch) {
    divisor = isAveraged ? (float) count : 1;
    double own = share * rateShare;
    rule = UpdateRule.of(updater, own, iteration, epoch);
    double rate = updater.hasLearningRate() ? updater.getLearningRate(iteration, epoch) * own : 1;
    before.clear();
    after.clear();
    for (Regularization regularization : regularizations) {
      boolean first = regularization.applyStep() == ApplyStep.BEFORE_UPDATER;
      (first ? before : after).add(WeightPenalty.of(regularization, rate, iteration, epoch));
    }
  }

  /** What the gradients' sums are divided by: the minibatch, or 1 for what is no gradient. */
  float divisor() {
    return divisor;
  }

  /**
   * Updates parameters and states, in place; {@code gradient} becomes what was subtracted.
   *
   * @param factor by which the gradients are multiplied
   * @param limit of each gradient's absolute value
   */
  void apply(
      float[] weight,
      float[] gradient,
      float[] first,
      float[] second,
      int length,
      float factor,
      float limit) {
    for (int i = 0; i < length; i++) gradient[i] /= divisor;
    if (factor != 1) {
      for (int i = 0; i < length; i++) gradient[i] *= factor;
    }
    if (limit != Float.POSITIVE_INFINITY) {
      for (int i = 0; i < length; i++) {
        gradient[i] = Math.max(-limit, Math.min(limit, gradient[i]));
      }
    }
    for (WeightPenalty penalty : before) penalty.add(gradient, weight, length);
    rule.apply(gradient, first, second, length);
    for (WeightPenalty penalty : after) penalty.add(gradient, weight, length);
    for (int i = 0; i < length; i++) weight[i] -= gradient[i];
  }
}
