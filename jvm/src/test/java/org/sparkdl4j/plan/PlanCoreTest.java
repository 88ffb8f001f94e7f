package org.sparkdl4j.plan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.bytedeco.javacpp.FloatPointer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The plan against DL4J's own results. */
class PlanCoreTest {
  private static final int STEPS = 20;

  @Test
  void agreesWithDl4jOnRandomNetworks() {
    agreesWithDl4j(0, 60);
  }

  @Test
  @Tag("long")
  void agreesWithDl4jOnManyRandomNetworks() {
    agreesWithDl4j(1000, 500);
  }

  private static void agreesWithDl4j(long firstSeed, int cases) {
    List<String> failures = new ArrayList<>();
    for (long seed = firstSeed; seed < firstSeed + cases; seed++) {
      RandomNetwork network = new RandomNetwork(seed);
      try {
        agreesWithDl4j(network, seed);
      } catch (RuntimeException | AssertionError e) {
        failures.add(network + ": " + e);
      }
    }
    assertTrue(failures.isEmpty(), () -> String.join("\n", failures));
  }

  private static void agreesWithDl4j(RandomNetwork network, long seed) {
    MultiLayerNetwork stock = new MultiLayerNetwork(network.configuration.clone());
    stock.init();
    try (PlanCore core = new PlanCore(network.configuration, network.shape);
        FloatPointer pictures = network.pictures(network.batch, seed);
        FloatPointer probabilities = new FloatPointer((long) network.batch * network.classes)) {
      int[] labels = network.labels(network.batch, seed);
      INDArray x = pictures(network, pictures, network.batch);
      INDArray y = oneHot(network, labels);
      assertArrayEquals(stock.params().toFloatVector(), core.snapshot().parameters());

      core.predict(pictures, network.batch, probabilities);
      assertClose(stock.output(x).dup('c').data().asFloat(), floats(probabilities), 1e-5, "output");

      stock.setInput(x);
      stock.setLabels(y);
      stock.computeGradientAndScore();
      MinibatchResult result = core.computeGradients(pictures, labels, seed);
      double penalty = stock.calcRegularizationScore(true);
      assertEquals(stock.score() - penalty, result.lossSum() / network.batch, 1e-5);
      assertClose(
          stock.gradient().gradient().dup().data().asFloat(),
          core.network().getGradientsViewArray().dup().data().asFloat(),
          1e-5,
          "gradient");

      for (int step = 0; step < STEPS; step++) {
        stock.fit(x, y);
        core.train(pictures, labels, step);
      }
      NetworkState state = core.snapshot();
      assertEquals(stock.getIterationCount(), state.iteration());
      // Adam turns the rounding of gradients near zero into steps of full size.
      assertClose(stock.params().toFloatVector(), state.parameters(), 5e-4, "parameters");
      INDArray updater = stock.getUpdater().getStateViewArray();
      if (updater != null) {
        assertClose(updater.dup().data().asFloat(), state.updater(), 1e-3, "updater state");
      }
    } finally {
      stock.close();
    }
  }

  private static INDArray pictures(RandomNetwork network, FloatPointer pictures, int count) {
    int[] shape = network.shape;
    return Nd4j.create(floats(pictures), new long[] {count, shape[2], shape[0], shape[1]}, 'c');
  }

  private static INDArray oneHot(RandomNetwork network, int[] labels) {
    INDArray rows = Nd4j.zeros(labels.length, network.classes);
    for (int i = 0; i < labels.length; i++) rows.putScalar(i, labels[i], 1);
    return rows;
  }

  private static float[] floats(FloatPointer pointer) {
    float[] values = new float[(int) pointer.limit()];
    pointer.get(values);
    return values;
  }

  private static void assertClose(
      float[] expected, float[] found, double tolerance, String what) {
    double relative = distance(expected, found);
    Supplier<String> message = () -> what + ": relative distance " + relative;
    assertTrue(relative <= tolerance, message);
  }

  /** The relative distance; that of two vectors of zeros is zero. */
  private static double distance(float[] expected, float[] found) {
    assertEquals(expected.length, found.length);
    double difference = 0;
    double length = 0;
    for (int i = 0; i < expected.length; i++) {
      difference += Math.pow(expected[i] - found[i], 2);
      length += Math.pow(expected[i], 2);
    }
    return difference == 0 ? 0 : Math.sqrt(difference / length);
  }
}
