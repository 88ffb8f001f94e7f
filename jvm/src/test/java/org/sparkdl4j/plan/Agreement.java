package org.sparkdl4j.plan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.factory.Nd4j;
import org.sparkdl4j.dl4j.Dl4jNetwork;
import org.sparkdl4j.dl4j.NetworkState;
import org.sparkdl4j.minibatch.Targets;
import org.sparkdl4j.onednn.Threads;

/** The plan and stock DL4J on one network: output, loss, gradient and training side by side. */
final class Agreement {
  private static final int STEPS = 20;

  private Agreement() {}

  /** Whether everything stayed together. */
  static boolean isClose(RandomNetwork network, long seed) {
    return isClose(network, seed, CoreOptions.DEFAULT);
  }

  /**
   * Compares.
   *
   * @return whether everything stayed together: rounding may move the winner of a pooling, or a
   *     value over a kink of activation or penalty, and two trainings part by a visible step then
   * @throws AssertionError when they are further apart than that explains
   */
  static boolean isClose(RandomNetwork network, long seed, CoreOptions options) {
    // DL4J's helper for depthwise convolution fails with dilation.
    Nd4j.getEnvironment().allowHelpers(false);
    try {
      // Small networks on many threads mostly wait, and long where the machine has other work.
      int threads = seed % 5 == 0 ? Threads.count() : 1;
      return Threads.with(threads, () -> staysTogether(network, seed, options));
    } finally {
      Nd4j.getEnvironment().allowHelpers(true);
    }
  }

  private static boolean staysTogether(RandomNetwork network, long seed, CoreOptions options) {
    try (StockDl4j stock = new StockDl4j(network.configuration, network.shape, network.classes);
        PlanCore core = new PlanCore(network.configuration, network.shape, options);
        FloatPointer pictures = network.pictures(network.batch, seed);
        FloatPointer read = ReadPart.of(pictures, network.batch, core);
        FloatPointer probabilities = new FloatPointer((long) network.batch * network.classes)) {
      int[] labels = network.labels(network.batch, seed);
      assertArrayEquals(stock.parameters(), core.snapshot().parameters());
      NetworkState start = moved(core.snapshot(), seed);
      core.restore(start);
      stock.setParameters(start.parameters());

      core.predict(read, network.batch, probabilities);
      float[] output = new float[network.batch * network.classes];
      probabilities.get(output);
      assertNear(distance(stock.output(pictures, network.batch), output), 1e-5, "output");

      // Where DL4J clips a probability, its gradient fades; the plan's stays that of the logit.
      if (network.configuration.loss().isSigmoid() && hasClipped(output)) return true;
      double expected = stock.computeGradients(pictures, labels, network.sampleWeights);
      double loss =
          core.computeGradients(read, Targets.of(labels, network.sampleWeights), seed).lossSum();
      // DL4J takes the logarithm of 1 - p, a float; against DL4J in double the loss is off by 1e-7.
      double tolerance = network.configuration.loss().isSigmoid() ? 3e-4 : 1e-5;
      assertEquals(expected, loss, tolerance * Math.max(network.batch, expected));
      // DL4J's p - 1 has the rounding of p, a float: it shows where the loss is next to nothing.
      double rounding = 1e-7 * network.batch / loss;
      double gradient =
          distance(stock.gradients(), Dl4jNetwork.values(core.held.gradients())) - rounding;
      assertNear(gradient, 1e-2, "gradient");

      double parameters = 0;
      double updater = 0;
      for (int step = 0; step < STEPS; step++) {
        stock.fit(pictures, labels, network.sampleWeights);
        core.train(read, Targets.of(labels, network.sampleWeights), step);
        NetworkState state = core.snapshot();
        assertEquals(step + 1, state.iteration());
        // Some trainings diverge, and DL4J's GELU has no derivative of values above 26.
        if (!Float.isFinite(sum(stock.parameters()))) break;
        parameters = distance(stock.parameters(), state.parameters());
        updater = distance(stock.updaterState(), state.updater());
      }
      // Renormalised gradients are as long as ever where little but rounding is left of them.
      assertNear(parameters, 0.3, "parameters");
      return gradient <= 1e-5 && parameters <= 5e-4 && updater <= 5e-3;
    }
  }

  /** The relative distance; that of two vectors of zeros is zero. */
  static double distance(float[] expected, float[] found) {
    assertEquals(expected.length, found.length);
    double difference = 0;
    double length = 0;
    for (int i = 0; i < expected.length; i++) {
      difference += Math.pow(expected[i] - found[i], 2);
      length += Math.pow(expected[i], 2);
    }
    return difference == 0 ? 0 : Math.sqrt(difference / length);
  }

  /** Biases that are not 0 and statistics that are not 1: the first ones would hide mistakes. */
  private static NetworkState moved(NetworkState state, long seed) {
    Random random = new Random(seed);
    float[] parameters = state.parameters().clone();
    for (int i = 0; i < parameters.length; i++) {
      parameters[i] += 0.03f * (float) random.nextGaussian();
    }
    return new NetworkState(parameters, state.updater(), state.iteration(), state.epoch());
  }

  private static boolean hasClipped(float[] probabilities) {
    for (float probability : probabilities) {
      if (probability < 2e-5 || probability > 1 - 2e-5) return true;
    }
    return false;
  }

  private static float sum(float[] values) {
    float sum = 0;
    for (float value : values) sum += value;
    return sum;
  }

  private static void assertNear(double distance, double tolerance, String what) {
    assertTrue(distance <= tolerance, () -> what + ": relative distance " + distance);
  }
}
