package org.sparkdl4j.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.bytedeco.javacpp.FloatPointer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.dl4j.Dl4jNetwork;
import org.sparkdl4j.minibatch.Targets;
import org.sparkdl4j.network.NetworkConfiguration;
import org.sparkdl4j.network.NetworkSpec;
import org.sparkdl4j.spec.Json;
import org.sparkdl4j.spec.Options;

/** Gradients against differences of losses: what they are, whatever DL4J says. */
class DifferentiationTest {
  private static final int[] SHAPE = {6, 5, 4};
  private static final int CLASSES = 3;
  private static final int BATCH = 4;
  private static final int SAMPLE = 40;
  private static final float STEP = 0.03f;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Conv2D | 'filters':5,'kernel_size':[3,2],'padding':'same','stride':[2,1]",
        "Conv2D | 'filters':16,'kernel_size':[3,3],'padding':'same'",
        "Conv2D | 'filters':4,'kernel_size':[2,2],'dilation':[2,3],'use_bias':false",
        "Conv2D | 'filters':6,'kernel_size':[3,3],'groups':2",
        "DepthwiseConv2D | 'kernel_size':[3,3],'depth_multiplier':2",
        "SeparableConv2D | 'filters':5,'kernel_size':[3,3],'depth_multiplier':2",
        "ZeroPadding2D | 'padding':[1,0,2,1]",
        "AvgPool2D | 'padding':'same','pool_size':[3,2],'stride':[2,1]",
        "GlobalPool | 'mode':'avg'",
        "GlobalPool | 'mode':'avg','keep_dims':true",
        "BatchNorm | 'epsilon':0.001",
        "Activation | 'activation':'sigmoid'",
        "Activation | 'activation':'gelu'",
        "Activation | 'activation':'silu'",
        "Activation | 'activation':'elu'",
        "Rescaling | 'scale':0.7,'offset':0.2",
        "Normalization | 'mean':[0.1,0.2,0.3,0.4],'variance':[1,2,0.5,1]",
        "Dense | 'units':7",
        "Dense | 'units':7,'use_bias':false",
        "Dropout | 'rate':0.4",
        "Add | 'inputs':['before','first']",
        "Concat | 'inputs':['before','first','before']",
        "Multiply | 'inputs':['before','first']",
        "Multiply | 'inputs':['before','channels']",
        "Block | 'activation':'tanh','layers':[{'type':'Conv2D','filters':4,'kernel_size':[3,3],"
            + "'padding':'same'},{'type':'BatchNorm','epsilon':0.001}]",
        "Block | 'activation':'tanh','layers':[{'type':'Conv2D','filters':8,'kernel_size':[3,3],"
            + "'padding':'same','stride':[2,2]}]"
      })
  void layers(String type, String settings) {
    String channels =
        settings.contains("channels")
            ? "{'type':'GlobalPool','keep_dims':true,'name':'channels','inputs':['first']},"
            : "";
    String inputs = settings.contains("inputs") ? "" : ",'inputs':['before']";
    check(
        "{'activation':'tanh','layers':["
            + "{'type':'Conv2D','filters':4,'kernel_size':[1,1],'name':'first'},"
            + "{'type':'Conv2D','filters':4,'kernel_size':[3,3],'padding':'same','name':'before'},"
            + channels
            + ("{'type':'" + type + "'," + settings + inputs + "},")
            + "{'type':'Dense','units':6},{'type':'Output'}]}",
        null);
  }

  @ParameterizedTest
  @CsvSource({
    "cross_entropy,0",
    "cross_entropy,0.2",
    "binary_cross_entropy,0",
    "binary_cross_entropy,0.2",
    "mse,0",
    "focal,0"
  })
  void losses(String loss, double smoothing) {
    String network =
        "{'activation':'tanh','loss':'"
            + loss
            + "','label_smoothing':"
            + smoothing
            + ",'layers':[{'type':'Conv2D','filters':8,'kernel_size':[3,3]},{'type':'Output'}]}";
    check(network, null);
    check(network, new float[] {0.5f, 2, 0, 1.25f});
  }

  /** Some parameters one by one, and all of them along their gradient. */
  private static void check(String network, float[] sampleWeights) {
    ObjectNode json = Json.readObject(network.replace('\'', '"'), "network");
    NetworkConfiguration configuration =
        NetworkSpec.of(json)
            .toConfiguration(SHAPE, CLASSES, new Options("network", Json.object()), 3);
    try (PlanCore core = new PlanCore(configuration, SHAPE, CoreOptions.DEFAULT);
        FloatPointer pictures = pictures()) {
      loss(core, pictures, sampleWeights);
      float[] gradient = Dl4jNetwork.values(core.held.gradients());
      float[] direction = gradient.clone();
      clearRunningStatistics(core, direction);
      double length = Math.sqrt(product(direction, direction));
      assertTrue(length > 1e-3);
      for (int i = 0; i < direction.length; i++) direction[i] /= length;
      double along = slope(core, pictures, sampleWeights, direction);
      assertEquals(1, along / length, 3e-3, network);
      Random random = new Random(1);
      for (int k = 0; k < SAMPLE; k++) {
        int i = random.nextInt(gradient.length);
        if (direction[i] == 0) continue;
        float[] single = new float[gradient.length];
        single[i] = 1;
        double slope = slope(core, pictures, sampleWeights, single);
        assertEquals(slope, gradient[i], 3e-3 * length, () -> network + ": parameter " + i);
      }
    }
  }

  /** The derivative by a five-point formula, whose error falls with the step's fourth power. */
  private static double slope(
      PlanCore core, FloatPointer pictures, float[] sampleWeights, float[] direction) {
    INDArray parameters = core.network().params();
    FloatPointer memory = Dl4jNetwork.memory(parameters);
    float[] start = Dl4jNetwork.values(parameters);
    double[] losses = new double[5];
    for (int step = -2; step <= 2; step++) {
      float[] moved = start.clone();
      for (int i = 0; i < moved.length; i++) moved[i] += step * STEP * direction[i];
      memory.put(moved, 0, moved.length);
      losses[step + 2] = loss(core, pictures, sampleWeights);
    }
    memory.put(start, 0, start.length);
    return (8 * (losses[3] - losses[1]) - (losses[4] - losses[0])) / (12 * STEP);
  }

  private static double loss(PlanCore core, FloatPointer pictures, float[] sampleWeights) {
    // It tells the core that the parameters may have changed.
    core.network();
    return core.computeGradients(pictures, Targets.of(new int[] {0, 2, 1, 1}, sampleWeights), 7)
        .lossSum();
  }

  /** Batch normalisation's moving statistics are among the parameters, but not trained. */
  private static void clearRunningStatistics(PlanCore core, float[] gradient) {
    for (Map.Entry<String, INDArray> entry : core.network().paramTable().entrySet()) {
      String name = entry.getKey();
      if (!name.endsWith("_mean") && !name.endsWith("_log10stdev")) continue;
      int from = (int) entry.getValue().offset();
      Arrays.fill(gradient, from, from + (int) entry.getValue().length(), 0);
    }
  }

  private static double product(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) sum += (double) a[i] * b[i];
    return sum;
  }

  private static FloatPointer pictures() {
    float[] values = new float[BATCH * SHAPE[0] * SHAPE[1] * SHAPE[2]];
    Random random = new Random(5);
    for (int i = 0; i < values.length; i++) values[i] = (float) random.nextGaussian();
    return new FloatPointer(values);
  }
}
