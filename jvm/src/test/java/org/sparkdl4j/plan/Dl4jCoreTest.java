package org.sparkdl4j.plan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.util.Arrays;
import java.util.Random;
import org.bytedeco.javacpp.FloatPointer;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.layers.convolution.ConvolutionLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.network.NetworkSpec;
import org.sparkdl4j.spec.Json;
import org.sparkdl4j.spec.Options;

class Dl4jCoreTest {
  private static final int[] SHAPE = {13, 11, 2};
  private static final int CLASSES = 3;
  private static final String WITHOUT_DROPOUT =
      "{'l2':0.01,'l1':0.001,'learning_rate':0.01,'layers':["
          + "{'type':'Conv2D','filters':5,'kernel_size':[3,3]},{'type':'MaxPool2D'},"
          + "{'type':'Conv2D','filters':4,'kernel_size':[2,2],'stride':[2,1],'padding':'same'},"
          + "{'type':'AvgPool2D','pool_size':[2,2],'stride':[1,1],'padding':'same'},"
          + "{'type':'Dense','units':6,'activation':'tanh'},{'type':'Output'}]}";
  private static final String WITH_DROPOUT =
      "{'layers':[{'type':'Conv2D','filters':5,'kernel_size':[3,3]},{'type':'MaxPool2D'},"
          + "{'type':'Dropout'},{'type':'Dense','units':6},{'type':'Output'}]}";

  @ParameterizedTest
  @ValueSource(strings = {"sgd", "nesterov", "adagrad", "rmsprop", "adam"})
  void agreesWithStockDl4j(String updater) {
    MultiLayerConfiguration configuration =
        configuration(WITHOUT_DROPOUT, "{'updater':'" + updater + "'}");
    MultiLayerNetwork stock = new MultiLayerNetwork(configuration.clone());
    stock.init();
    try (Dl4jCore core = new Dl4jCore(configuration, SHAPE)) {
      assertArrayEquals(stock.params().toFloatVector(), core.snapshot().parameters());
      for (int step = 0; step < 8; step++) {
        // The last minibatch is smaller, as at the end of an epoch.
        int n = step == 7 ? 3 : 8;
        int[] labels = labels(n, step);
        try (FloatPointer features = features(n, step)) {
          MinibatchResult result = core.train(features, labels, null, step);
          INDArray y = Nd4j.zeros(n, CLASSES);
          for (int i = 0; i < n; i++) y.putScalar(i, labels[i], 1);
          double penalty = stock.calcRegularizationScore(true);
          stock.fit(Nd4j.create(floats(features), new long[] {n, 2, 13, 11}, 'c'), y);
          assertClose(stock.score() - penalty, result.lossSum() / n);
          assertClose(stock.score(), core.network().score());
        }
        NetworkState state = core.snapshot();
        assertClose(stock.params().toFloatVector(), state.parameters());
        assertClose(
            stock.gradient().gradient().toFloatVector(),
            core.network().gradient().gradient().toFloatVector());
        assertEquals(step + 1, state.iteration());
        assertOneDnnUsed(core.network());
      }
      try (FloatPointer features = features(5, 99);
          FloatPointer probabilities = new FloatPointer(5L * CLASSES)) {
        core.predict(features, 5, probabilities);
        INDArray expected =
            stock.output(Nd4j.create(floats(features), new long[] {5, 2, 13, 11}, 'c'));
        assertClose(expected.dup('c').data().asFloat(), floats(probabilities));
        assertOneDnnUsed(core.network());
      }
    }
  }

  @Test
  void dropoutLayerActsAsDropOutOfTheDenseLayer() {
    MultiLayerConfiguration asOption =
        new NeuralNetConfiguration.Builder()
            .seed(5)
            .updater(new Adam(0.001))
            .weightInit(WeightInit.XAVIER)
            .activation(Activation.RELU)
            .list()
            .layer(
                new org.deeplearning4j.nn.conf.layers.ConvolutionLayer.Builder(3, 3)
                    .nOut(5)
                    .build())
            .layer(
                new org.deeplearning4j.nn.conf.layers.SubsamplingLayer.Builder(PoolingType.MAX)
                    .kernelSize(2, 2)
                    .stride(2, 2)
                    .build())
            .layer(new DenseLayer.Builder().nOut(6).dropOut(0.5).build())
            .layer(
                new OutputLayer.Builder(LossFunction.MCXENT)
                    .nOut(CLASSES)
                    .activation(Activation.SOFTMAX)
                    .build())
            .setInputType(InputType.convolutional(13, 11, 2))
            .build();
    try (Dl4jCore layer = new Dl4jCore(configuration(WITH_DROPOUT, "{}"), SHAPE);
        Dl4jCore option = new Dl4jCore(asOption, SHAPE);
        FloatPointer features = features(8, 1)) {
      option.restore(layer.snapshot());
      for (int step = 0; step < 4; step++) {
        assertEquals(
            option.train(features, labels(8, 1), null, step).lossSum(),
            layer.train(features, labels(8, 1), null, step).lossSum());
      }
      assertArrayEquals(option.snapshot().parameters(), layer.snapshot().parameters());
    }
  }

  @Test
  void sameSeedGivesTheSameBits() {
    float[] first = trained(7);
    assertArrayEquals(first, trained(7));
    assertArrayEquals(trained(0), trained(0));
    assertFalse(Arrays.equals(first, trained(8)), "dropout must depend on the seed");
  }

  @Test
  void restoringGoesBackExactly() {
    try (Dl4jCore core = new Dl4jCore(configuration(WITH_DROPOUT, "{}"), SHAPE);
        FloatPointer features = features(8, 1)) {
      core.train(features, labels(8, 1), null, 1);
      core.finishEpoch();
      NetworkState state = core.snapshot();
      core.train(features, labels(8, 1), null, 2);
      float[] once = core.snapshot().parameters();
      core.train(features, labels(8, 1), null, 3);
      core.restore(state);
      assertEquals(1, core.network().getEpochCount());
      core.train(features, labels(8, 1), null, 2);
      assertArrayEquals(once, core.snapshot().parameters());
      assertEquals(2, core.snapshot().iteration());
    }
  }

  @Test
  void predictionsDoNotDependOnTheBatch() {
    try (Dl4jCore core = new Dl4jCore(configuration(WITHOUT_DROPOUT, "{}"), SHAPE);
        FloatPointer features = features(9, 1);
        FloatPointer together = new FloatPointer(9L * CLASSES);
        FloatPointer alone = new FloatPointer((long) CLASSES)) {
      core.predict(features, 9, together);
      for (int i = 0; i < 9; i++) {
        FloatPointer one = new FloatPointer(features).position(i * 13L * 11 * 2);
        core.predict(one, 1, alone);
        for (int k = 0; k < CLASSES; k++) {
          assertEquals(together.get((long) i * CLASSES + k), alone.get(k), 1e-6);
        }
      }
    }
  }

  @Test
  void memoryStaysFlat() throws Exception {
    assertMemoryStaysFlat(200);
  }

  @Test
  @Tag("long")
  void memoryStaysFlatOverTwentyThousandSteps() throws Exception {
    assertMemoryStaysFlat(3_400);
  }

  private static void assertMemoryStaysFlat(int stepsAtATime) throws Exception {
    try (Dl4jCore core = new Dl4jCore(configuration(WITH_DROPOUT, "{}"), SHAPE);
        FloatPointer features = features(16, 1);
        FloatPointer probabilities = new FloatPointer(16L * CLASSES)) {
      long[] resident = new long[6];
      for (int i = 0; i < resident.length; i++) {
        steps(core, features, probabilities, stepsAtATime);
        System.gc();
        // What the collector finds is freed by other threads.
        Thread.sleep(200);
        resident[i] = residentMegabytes();
      }
      // The least of three: the size of Java's heap comes and goes.
      long before = Math.min(resident[0], Math.min(resident[1], resident[2]));
      long after = Math.min(resident[3], Math.min(resident[4], resident[5]));
      assertTrue(after - before < 40, () -> "resident megabytes: " + Arrays.toString(resident));
    }
  }

  @Test
  void refusesWrongLabelsAndUseAfterClose() {
    Dl4jCore core = new Dl4jCore(configuration(WITH_DROPOUT, "{}"), SHAPE);
    try (FloatPointer features = features(2, 1)) {
      SparkDl4jException e =
          assertThrows(SparkDl4jException.class, () -> core.train(features, new int[] {0, 3}, null, 1));
      assertEquals(ErrorCode.DATA_LABELS, e.code());
      assertThrows(IllegalArgumentException.class, () -> core.train(features, new int[3], null, 1));
      core.close();
      core.close();
      e = assertThrows(SparkDl4jException.class, () -> core.train(features, new int[2], null, 1));
      assertEquals(ErrorCode.TRAINING_STATE, e.code());
    }
  }

  private static void steps(
      Dl4jCore core, FloatPointer features, FloatPointer probabilities, int count) {
    int[] labels = labels(16, 1);
    int[] fewer = labels(5, 1);
    for (int step = 0; step < count; step++) {
      core.train(features, step % 10 == 9 ? fewer : labels, null, step);
      if (step % 10 == 0) core.predict(features, 16, probabilities);
    }
  }

  private static float[] trained(long seed) {
    try (Dl4jCore core = new Dl4jCore(configuration(WITH_DROPOUT, "{}"), SHAPE);
        FloatPointer features = features(8, 1)) {
      for (int step = 0; step < 5; step++) core.train(features, labels(8, 1), null, seed + step);
      return core.snapshot().parameters();
    }
  }

  private static void assertOneDnnUsed(MultiLayerNetwork network) {
    for (Layer layer : network.getLayers()) {
      if (layer instanceof ConvolutionLayer) {
        Object helper = field(ConvolutionLayer.class, layer, "helper");
        assertNotNull(field(helper.getClass(), helper, "context"));
        assertNotNull(field(helper.getClass(), helper, "contextBwd"));
        assertEquals(0, field(ConvolutionLayer.class, layer, "helperCountFail"));
      }
    }
  }

  private static Object field(Class<?> type, Object object, String name) {
    try {
      Field field = type.getDeclaredField(name);
      field.setAccessible(true);
      return field.get(object);
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }

  private static MultiLayerConfiguration configuration(String network, String options) {
    return NetworkSpec.of(Json.readObject(network.replace('\'', '"'), "network"))
        .toConfiguration(
            SHAPE,
            CLASSES,
            new Options("network", Json.readObject(options.replace('\'', '"'), "options")),
            5);
  }

  private static FloatPointer features(int count, long seed) {
    float[] values = new float[count * 13 * 11 * 2];
    Random random = new Random(seed);
    for (int i = 0; i < values.length; i++) values[i] = (float) random.nextGaussian();
    return new FloatPointer(values);
  }

  private static int[] labels(int count, long seed) {
    return new Random(seed).ints(count, 0, CLASSES).toArray();
  }

  private static float[] floats(FloatPointer pointer) {
    float[] values = new float[(int) pointer.limit()];
    pointer.get(values);
    return values;
  }

  private static void assertClose(double expected, double found) {
    assertEquals(expected, found, 1e-4 * Math.max(1, Math.abs(expected)));
  }

  private static void assertClose(float[] expected, float[] found) {
    double difference = 0;
    double length = 0;
    for (int i = 0; i < expected.length; i++) {
      difference += Math.pow(expected[i] - found[i], 2);
      length += Math.pow(expected[i], 2);
    }
    double relative = Math.sqrt(difference / length);
    assertTrue(relative < 1e-4, () -> "relative distance " + relative);
  }

  private static long residentMegabytes() throws Exception {
    for (String line : Files.readAllLines(Paths.get("/proc/self/status"))) {
      if (line.startsWith("VmRSS:")) return Long.parseLong(line.replaceAll("\\D", "")) / 1024;
    }
    throw new AssertionError("no VmRSS");
  }
}
