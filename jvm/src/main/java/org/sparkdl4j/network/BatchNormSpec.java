package org.sparkdl4j.network;

import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.Layer;

/**
 * {@code BatchNorm}: every channel, or unit, with mean and variance of the minibatch brought to
 * learnt ones; in prediction, with running means of both.
 */
final class BatchNormSpec extends PlainLayerSpec {
  private final double momentum;
  private final double epsilon;

  BatchNormSpec(LayerJson json) {
    super(json, "momentum", "epsilon");
    // Its bounds are those of the option momentum, which every layer's values are checked for.
    momentum = json.number("momentum", 0.9);
    epsilon = json.number("epsilon", 1e-5);
    if (!(epsilon > 0)) throw json.invalid("epsilon must be above 0, but is " + epsilon);
  }

  @Override
  int[] outputShape(int[] input, int classes) {
    return input;
  }

  @Override
  long parameters(int[] input, int classes) {
    // Scale and shift; DL4J keeps the running mean and variance among the parameters too.
    return 2L * Shape.channels(input);
  }

  @Override
  Layer toDl4j(Settings settings, int[] input, int classes) {
    // The logarithm of the deviation keeps averaged and updated variances positive.
    return new BatchNormalization.Builder().decay(momentum).eps(epsilon).useLogStd(true).build();
  }
}
