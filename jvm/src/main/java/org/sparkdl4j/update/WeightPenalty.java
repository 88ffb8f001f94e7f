package org.sparkdl4j.update;

import org.nd4j.linalg.learning.regularization.L1Regularization;
import org.nd4j.linalg.learning.regularization.L2Regularization;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.nd4j.linalg.learning.regularization.WeightDecay;

/** DL4J's regularisation on plain arrays: what the weights themselves add to their gradient. */
interface WeightPenalty {
  /**
   * Adds to gradients, or, after the updater, to updates.
   *
   * @param gradient gradients or updates
   * @param weight the parameters
   * @param length how many values of each
   */
  void add(float[] gradient, float[] weight, int length);

  /** Whether the plan has DL4J's regularisation. */
  static boolean isKnown(Regularization regularization) {
    Class<?> type = regularization.getClass();
    return type == L1Regularization.class
        || type == L2Regularization.class
        || type == WeightDecay.class;
  }

  /**
   * The penalty for one minibatch, with what schedules and DL4J's counters say.
   *
   * @param rate the updater's learning rate, which weight decay may multiply by (Loshchilov and
   *     Hutter, Decoupled Weight Decay Regularization, 2019)
   */
  static WeightPenalty of(Regularization regularization, double rate, int iteration, int epoch) {
    if (regularization instanceof L1Regularization) {
      return l1((float) ((L1Regularization) regularization).getL1().valueAt(iteration, epoch));
    }
    if (regularization instanceof L2Regularization) {
      return share((float) ((L2Regularization) regularization).getL2().valueAt(iteration, epoch));
    }
    WeightDecay decay = (WeightDecay) regularization;
    double share = decay.getCoeff().valueAt(iteration, epoch);
    return share((float) (decay.isApplyLR() ? share * rate : share));
  }

  private static WeightPenalty l1(float share) {
    return (gradient, weight, length) -> {
      for (int i = 0; i < length; i++) gradient[i] += share * Math.signum(weight[i]);
    };
  }

  private static WeightPenalty share(float share) {
    return (gradient, weight, length) -> {
      for (int i = 0; i < length; i++) gradient[i] += share * weight[i];
    };
  }
}
