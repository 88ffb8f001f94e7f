package org.sparkdl4j.plan;

import org.bytedeco.dnnl.memory;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.sparkdl4j.onednn.FloatMemory;
import org.sparkdl4j.onednn.OneDnn;

/**
 * What DL4J keeps of a batch normalisation behind gamma and beta: the running mean, and either the
 * decimal logarithm of the running standard deviation or the running variance.
 *
 * <p>Training changes them as it does parameters: the gradient is what DL4J subtracts from them, so
 * that averaging and resuming see nothing special.
 */
final class RunningStatistics {
  private final long offset;
  private final int channels;
  private final double decay;
  private final double epsilon;
  private final boolean isLogarithm;

  /** Of a layer whose gamma is at an offset of DL4J's view. */
  RunningStatistics(long offset, BatchNormalization layer) {
    this.offset = offset;
    channels = Math.toIntExact(layer.getNOut());
    decay = layer.getDecay();
    epsilon = layer.getEps();
    isLogarithm = layer.isUseLogStd();
  }

  /** Of gamma; beta, mean and spread follow. */
  long offset() {
    return offset;
  }

  /** Mean and variance in memory of oneDNN's. */
  DerivedParameters inMemory(Weights weights, memory mean, memory variance) {
    return new DerivedParameters() {
      @Override
      void derive() {
        FloatMemory.at(OneDnn.address(mean), channels).put(read(weights, 2));
        FloatMemory.at(OneDnn.address(variance), channels).put(variances(weights));
      }

      @Override
      void free() {
        // The memory is the plan's.
      }

      @Override
      void release() {
        // The memory is the plan's.
      }
    };
  }

  /**
   * The step that writes into DL4J's gradients what the statistics change by.
   *
   * @param mean of the minibatch
   * @param variance of the minibatch, the squared deviations' mean
   */
  Runnable changes(Weights weights, memory mean, memory variance) {
    float[] batchMean = new float[channels];
    float[] batchVariance = new float[channels];
    return () -> {
      FloatMemory.at(OneDnn.address(mean), channels).get(batchMean);
      FloatMemory.at(OneDnn.address(variance), channels).get(batchVariance);
      float[] running = read(weights, 2);
      float[] spread = read(weights, 3);
      float[] variances = variances(weights);
      for (int i = 0; i < channels; i++) {
        batchMean[i] = (float) ((1 - decay) * (running[i] - batchMean[i]));
        double after = decay * variances[i] + (1 - decay) * batchVariance[i];
        batchVariance[i] =
            (float) (isLogarithm ? Math.log10(variances[i] / after) / 2 : spread[i] - after);
      }
      weights.gradients(offset + 2L * channels, channels).put(batchMean);
      weights.gradients(offset + 3L * channels, channels).put(batchVariance);
    };
  }

  /**
   * The normalisation as a factor and a term of every channel.
   *
   * @param factors receives gamma over the standard deviation
   * @param terms receives what is added to the product
   */
  void asLinear(Weights weights, float[] factors, float[] terms) {
    float[] gamma = read(weights, 0);
    float[] beta = read(weights, 1);
    float[] mean = read(weights, 2);
    float[] variances = variances(weights);
    for (int i = 0; i < channels; i++) {
      double factor = gamma[i] / Math.sqrt(variances[i] + epsilon);
      factors[i] = (float) factor;
      terms[i] = (float) (beta[i] - mean[i] * factor);
    }
  }

  private float[] variances(Weights weights) {
    float[] spread = read(weights, 3);
    if (!isLogarithm) return spread;
    for (int i = 0; i < channels; i++) spread[i] = (float) Math.pow(10, 2.0 * spread[i]);
    return spread;
  }

  private float[] read(Weights weights, int row) {
    float[] values = new float[channels];
    weights.parameters(offset + (long) row * channels, channels).get(values);
    return values;
  }
}
