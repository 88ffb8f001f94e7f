package org.sparkdl4j.update;

import org.nd4j.linalg.learning.config.AdaGrad;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.linalg.learning.config.Sgd;

/** DL4J's updaters on plain arrays: from the gradient to what is subtracted from the parameters. */
interface UpdateRule {
  /**
   * Turns gradients into updates, in place, as it does the state.
   *
   * @param gradient gradients, then updates
   * @param first the first of the updater's states, where it has any
   * @param second the second of the updater's states, where it has two
   * @param length how many values of each
   */
  void apply(float[] gradient, float[] first, float[] second, int length);

  /** Whether the plan has DL4J's updater. */
  static boolean isKnown(IUpdater updater) {
    Class<?> type = updater.getClass();
    return type == Sgd.class
        || type == NoOp.class
        || type == Nesterovs.class
        || type == AdaGrad.class
        || type == RmsProp.class
        || type == Adam.class;
  }

  /**
   * The rule for one minibatch, with what schedules and DL4J's counters say.
   *
   * @param share by which the updater's learning rate is multiplied
   */
  static UpdateRule of(IUpdater updater, double share, int iteration, int epoch) {
    // What such a "gradient" says is subtracted as it is: batch normalisation's moving statistics.
    if (updater instanceof NoOp) return (gradient, none, none2, length) -> {};
    float rate = (float) (updater.getLearningRate(iteration, epoch) * share);
    if (updater instanceof Sgd) return sgd(rate);
    if (updater instanceof Nesterovs) {
      return nesterovs(rate, (float) ((Nesterovs) updater).currentMomentum(iteration, epoch));
    }
    if (updater instanceof AdaGrad) {
      return adaGrad(rate, (float) ((AdaGrad) updater).getEpsilon());
    }
    if (updater instanceof RmsProp) {
      RmsProp config = (RmsProp) updater;
      return rmsProp(rate, (float) config.getRmsDecay(), (float) config.getEpsilon());
    }
    Adam config = (Adam) updater;
    float first = (float) config.getBeta1();
    float second = (float) config.getBeta2();
    float epsilon = (float) config.getEpsilon();
    double corrected =
        rate
            * Math.sqrt(1 - Math.pow(second, iteration + 1))
            / (1 - Math.pow(first, iteration + 1));
    // As DL4J: a rate that is of no use gives way to epsilon.
    boolean useless = corrected == 0 || !Double.isFinite(corrected);
    return adam(useless ? epsilon : (float) corrected, first, second, epsilon);
  }

  private static UpdateRule sgd(float rate) {
    return (gradient, none, none2, length) -> {
      for (int i = 0; i < length; i++) gradient[i] *= rate;
    };
  }

  private static UpdateRule nesterovs(float rate, float momentum) {
    return (gradient, velocity, none, length) -> {
      for (int i = 0; i < length; i++) {
        float before = momentum * velocity[i];
        float after = before - rate * gradient[i];
        velocity[i] = after;
        gradient[i] = before + (-momentum - 1) * after;
      }
    };
  }

  private static UpdateRule adaGrad(float rate, float epsilon) {
    return (gradient, history, none, length) -> {
      for (int i = 0; i < length; i++) history[i] += gradient[i] * gradient[i];
      for (int i = 0; i < length; i++) {
        gradient[i] = rate * gradient[i] / ((float) Math.sqrt(history[i]) + epsilon);
      }
    };
  }

  private static UpdateRule rmsProp(float rate, float decay, float epsilon) {
    return (gradient, mean, none, length) -> {
      for (int i = 0; i < length; i++) {
        mean[i] = decay * mean[i] + (1 - decay) * gradient[i] * gradient[i];
      }
      for (int i = 0; i < length; i++) {
        gradient[i] = rate * gradient[i] / ((float) Math.sqrt(mean[i]) + epsilon);
      }
    };
  }

  private static UpdateRule adam(float rate, float beta1, float beta2, float epsilon) {
    return (gradient, m, v, length) -> {
      for (int i = 0; i < length; i++) m[i] = beta1 * m[i] + (1 - beta1) * gradient[i];
      for (int i = 0; i < length; i++) {
        v[i] = beta2 * v[i] + (1 - beta2) * gradient[i] * gradient[i];
      }
      for (int i = 0; i < length; i++) {
        gradient[i] = rate * m[i] / ((float) Math.sqrt(v[i]) + epsilon);
      }
    };
  }
}
