package org.sparkdl4j.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Random;
import org.bytedeco.javacpp.FloatPointer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.sparkdl4j.dl4j.Dl4jNetwork;
import org.sparkdl4j.minibatch.Targets;
import org.sparkdl4j.network.NetworkConfiguration;
import org.sparkdl4j.network.NetworkSpec;
import org.sparkdl4j.spec.Json;
import org.sparkdl4j.spec.Options;

/** Half the digits, where the processor has instructions for them. */
class Bfloat16Test {
  private static final CoreOptions BFLOAT16 = new CoreOptions("bf16", 0, 0, null);
  private static final int[] SHAPE = {12, 10, 3};
  private static final int CLASSES = 3;
  private static final int BATCH = 16;

  @BeforeEach
  void needsTheInstructions() {
    assumeTrue(Processor.hasBfloat16());
  }

  /** bfloat16 has 8 binary digits: a rounding of 0.4 % for each product. */
  @Test
  void gradientsAgreeWithFloat32() {
    for (long seed = 0; seed < 25; seed++) {
      RandomNetwork network = RandomNetwork.smooth(seed);
      try (FloatPointer pictures = network.pictures(network.batch, seed)) {
        int[] labels = network.labels(network.batch, seed);
        float[] expected = gradients(network, CoreOptions.DEFAULT, pictures, labels);
        float[] found = gradients(network, BFLOAT16, pictures, labels);
        assertTrue(
            Agreement.distance(expected, found) < 0.05,
            () -> network + ": " + Agreement.distance(expected, found));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {16, 20, 8, 2})
  void trainsOnEvenChannels(int channels) {
    assertTrue(executions(channels).contains("bf16"), executions(channels));
    assertTrains(channels);
  }

  /** oneDNN's gradients are wrong for these, so the layers stay float32. */
  @ParameterizedTest
  @ValueSource(ints = {3, 7})
  void trainsOnOddChannelsInFloat32(int channels) {
    String convolutions =
        executions(channels).replaceAll("layer0\\S* ", "").replaceAll("layer3\\S* \\S+ \\S+", "");
    assertTrue(!convolutions.contains("bf16"), convolutions);
    assertTrains(channels);
  }

  private static void assertTrains(int channels) {
    try (PlanCore core = new PlanCore(configuration(channels), SHAPE, BFLOAT16);
        FloatPointer pictures = pictures()) {
      int[] labels = new Random(2).ints(BATCH, 0, CLASSES).toArray();
      double first = core.train(pictures, Targets.of(labels, null), 1).lossSum();
      for (int step = 0; step < 40; step++) core.train(pictures, Targets.of(labels, null), step);
      double last = core.train(pictures, Targets.of(labels, null), 1).lossSum();
      assertTrue(last < 0.5 * first, () -> first + " became " + last);
      assertEquals(DataType.FLOAT, core.network().params().dataType());
      int rounded = 0;
      float[] parameters = core.snapshot().parameters();
      for (float value : parameters) {
        if ((Float.floatToIntBits(value) & 0xffff) == 0) rounded++;
      }
      // Parameters that were stored in bfloat16 would all end in 16 zeros.
      assertTrue(rounded < parameters.length / 10, "" + rounded);
    }
  }

  private static float[] gradients(
      RandomNetwork network, CoreOptions options, FloatPointer pictures, int[] labels) {
    try (PlanCore core = new PlanCore(network.configuration, network.shape, options)) {
      core.computeGradients(pictures, Targets.of(labels, network.sampleWeights), 1);
      return Dl4jNetwork.values(core.held.gradients());
    }
  }

  private static String executions(int channels) {
    try (PlanCore core = new PlanCore(configuration(channels), SHAPE, BFLOAT16)) {
      return core.executions(BATCH).toString();
    }
  }

  private static NetworkConfiguration configuration(int channels) {
    String convolution =
        "{'type':'Conv2D','kernel_size':[3,3],'padding':'same','filters':" + channels + "},";
    String network =
        "{'learning_rate':0.005,'activation':'tanh','layers':["
            + convolution
            + convolution
            + convolution
            + "{'type':'Output'}]}";
    return NetworkSpec.of(Json.readObject(network.replace('\'', '"'), "network"))
        .toConfiguration(SHAPE, CLASSES, new Options("network", Json.object()), 5);
  }

  private static FloatPointer pictures() {
    float[] values = new float[BATCH * SHAPE[0] * SHAPE[1] * SHAPE[2]];
    Random random = new Random(1);
    for (int i = 0; i < values.length; i++) values[i] = (float) random.nextGaussian();
    return new FloatPointer(values);
  }
}
