package org.sparkdl4j.plan;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.bytedeco.javacpp.FloatPointer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.sparkdl4j.dl4j.Dl4jNetwork;
import org.sparkdl4j.minibatch.Targets;
import org.sparkdl4j.network.NetworkConfiguration;
import org.sparkdl4j.network.NetworkSpec;
import org.sparkdl4j.spec.Json;
import org.sparkdl4j.spec.Options;

/**
 * Where the gradients of deep networks differ between the plan and DL4J, and why: DL4J in double
 * precision tells how far each of the two is from the truth.
 */
@Tag("long")
class DeepGradientTest {
  private static final int[] SHAPE = {64, 64, 3};
  private static final int CLASSES = 4;
  private static final int BATCH = 4;
  private static final int[] FILTERS = {32, 32, 64, 64, 128, 128, 128, 128};

  /** Relative distances of the first convolution's gradient, and of the whole. */
  private static final class Distances {
    private final double first;
    private final double all;

    private Distances(float[] expected, float[] found, int from, int to) {
      first =
          Agreement.distance(
              Arrays.copyOfRange(expected, from, to), Arrays.copyOfRange(found, from, to));
      all = Agreement.distance(expected, found);
    }

    @Override
    public String toString() {
      return String.format("first layer %.1e, all %.1e", first, all);
    }
  }

  /**
   * Rounding moves winners of the poolings and values over ReLU's kink, but only now and then; a
   * step of visible size in the early layers' gradients follows.
   */
  @Test
  void mostPicturesMoveNoWinner() {
    List<Double> planErrors = new ArrayList<>();
    List<Double> dl4jErrors = new ArrayList<>();
    for (long seed = 1; seed <= 7; seed++) {
      Distances[] found = distances("MaxPool2D", "relu", seed);
      assertTrue(found[1].all < 2e-2 && found[1].first < 5e-2, "plan: " + found[1]);
      planErrors.add(found[1].all);
      dl4jErrors.add(found[2].all);
    }
    Collections.sort(planErrors);
    Collections.sort(dl4jErrors);
    assertTrue(planErrors.get(3) < 1e-5, () -> planErrors + ", DL4J " + dl4jErrors);
    assertTrue(
        planErrors.get(3) < 5 * dl4jErrors.get(3), () -> planErrors + ", DL4J " + dl4jErrors);
  }

  @Test
  void withoutWinnersAndKinksNothingButRoundingIsLeft() {
    for (long seed = 1; seed <= 4; seed++) {
      Distances[] found = distances("AvgPool2D", "tanh", seed);
      assertTrue(found[0].first < 1e-5 && found[0].all < 1e-5, "plan and DL4J: " + found[0]);
      assertTrue(found[1].first < 1e-5 && found[1].all < 1e-5, "plan: " + found[1]);
    }
  }

  /** Plan from DL4J, plan from DL4J in double precision, DL4J from the same. */
  private static Distances[] distances(String pooling, String activation, long seed) {
    NetworkConfiguration configuration = configuration(pooling, activation);
    int[] labels = {0, 1, 2, 3};
    try (FloatPointer pictures = pictures(seed);
        PlanCore core = new PlanCore(configuration, SHAPE, CoreOptions.DEFAULT)) {
      core.computeGradients(pictures, Targets.of(labels, null), 1);
      float[] plan = Dl4jNetwork.values(core.held.gradients());
      float[] single = stock(configuration, DataType.FLOAT, pictures, labels);
      float[] truth = stock(configuration, DataType.DOUBLE, pictures, labels);
      Map<String, INDArray> parameters = core.network().paramTable();
      INDArray weights = parameters.get("0_W");
      int from = (int) weights.offset();
      int to = from + (int) weights.length();
      return new Distances[] {
        new Distances(single, plan, from, to),
        new Distances(truth, plan, from, to),
        new Distances(truth, single, from, to)
      };
    }
  }

  private static float[] stock(
      NetworkConfiguration configuration, DataType type, FloatPointer pictures, int[] labels) {
    try (StockDl4j stock = new StockDl4j(configuration, SHAPE, CLASSES, type)) {
      stock.computeGradients(pictures, labels, null);
      return stock.gradients();
    }
  }

  /** Eight convolutions 3x3, a pooling behind every second one. */
  private static NetworkConfiguration configuration(String pooling, String activation) {
    List<String> layers = new ArrayList<>();
    for (int i = 0; i < FILTERS.length; i++) {
      layers.add(
          "{'type':'Conv2D','kernel_size':[3,3],'padding':'same','filters':" + FILTERS[i] + "}");
      if (i % 2 == 1) layers.add("{'type':'" + pooling + "'}");
    }
    String network =
        "{'weight_init':'relu','activation':'"
            + activation
            + "','layers':["
            + String.join(",", layers)
            + ",{'type':'Output'}]}";
    return NetworkSpec.of(Json.readObject(network.replace('\'', '"'), "network"))
        .toConfiguration(SHAPE, CLASSES, new Options("network", Json.object()), 7);
  }

  private static FloatPointer pictures(long seed) {
    float[] values = new float[BATCH * SHAPE[0] * SHAPE[1] * SHAPE[2]];
    Random random = new Random(seed);
    for (int i = 0; i < values.length; i++) values[i] = (float) random.nextGaussian();
    return new FloatPointer(values);
  }
}
