package org.sparkdl4j.plan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Paths;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.sparkdl4j.dl4j.NetworkState;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.minibatch.Targets;
import org.sparkdl4j.network.LossSpec;
import org.sparkdl4j.network.NetworkConfiguration;
import org.sparkdl4j.network.NetworkSpec;
import org.sparkdl4j.onednn.Threads;
import org.sparkdl4j.spec.Json;
import org.sparkdl4j.spec.Options;

/** The plan against DL4J's own results. */
class PlanCoreTest {
  private static final int STEPS = 20;
  private static final int[] SHAPE = {13, 11, 2};
  private static final int PIXELS = 13 * 11 * 2;
  private static final int CLASSES = 3;
  private static final String DROPOUT = "{'type':'MaxPool2D'},{'type':'Dropout'}";

  @ParameterizedTest
  @ValueSource(strings = {"sgd", "nesterov", "adagrad", "rmsprop", "adam"})
  void updatersAgreeWithDl4j(String updater) {
    String options = "{'updater':'" + updater + "','learning_rate':0.01,'l1':0.001,'l2':0.01}";
    MultiLayerNetwork stock =
        new MultiLayerNetwork(configuration("{'type':'MaxPool2D'}", options).layers());
    stock.init();
    try (PlanCore core = core("{'type':'MaxPool2D'}", options);
        FloatPointer pictures = pictures(8, 1);
        FloatPointer read = ReadPart.of(pictures, 8, core)) {
      for (int step = 0; step < STEPS; step++) {
        // The last minibatch is smaller, as at the end of an epoch.
        int count = step % 5 == 4 ? 3 : 8;
        int[] labels = labels(count, step);
        stock.fit(
            Nd4j.create(floats(pictures, count * PIXELS), new long[] {count, 13, 11, 2}, 'c')
                .permute(0, 3, 1, 2)
                .dup('c'),
            oneHot(labels, CLASSES));
        core.train(read, Targets.of(labels, null), step);
      }
      NetworkState state = core.snapshot();
      assertClose(stock.params().toFloatVector(), state.parameters(), 1e-4, "parameters");
      INDArray view = stock.getUpdater().getStateViewArray();
      if (view != null) {
        assertClose(view.dup().data().asFloat(), state.updater(), 1e-4, "updater state");
      }
    } finally {
      stock.close();
    }
  }

  @Test
  void noReferenceLoopsAndWinogradWhereTheProcessorHasIt() {
    try (PlanCore core =
        core(
            "{'type':'Conv2D','filters':16,'kernel_size':[3,3]},"
                + "{'type':'Conv2D','filters':32,'kernel_size':[3,3]}",
            "{}")) {
      List<LayerExecution> executions = core.executions(8);
      String all = executions.toString();
      for (LayerExecution execution : executions) {
        assertEquals("plan", execution.core());
        assertFalse(execution.implementation().startsWith("ref"), all);
        boolean square = execution.step().matches("layer2\\.(forward|backward-.*)");
        if (square && all.contains("avx512_core")) {
          assertTrue(execution.implementation().contains("wino"), all);
        }
      }
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
  void twoNetworksTrainSideBySide() throws Exception {
    float[] expected = trained(7);
    float[][] found = new float[2][];
    Thread[] threads = new Thread[2];
    for (int i = 0; i < 2; i++) {
      int number = i;
      threads[i] = new Thread(() -> found[number] = trained(7));
      threads[i].start();
    }
    for (Thread thread : threads) thread.join();
    assertArrayEquals(expected, found[0]);
    assertArrayEquals(expected, found[1]);
  }

  @Test
  void restoringGoesBackExactly() {
    try (PlanCore core = core(DROPOUT, "{}");
        FloatPointer pictures = pictures(8, 1)) {
      core.train(pictures, Targets.of(labels(8, 1), null), 1);
      core.finishEpoch();
      NetworkState state = core.snapshot();
      core.train(pictures, Targets.of(labels(8, 1), null), 2);
      float[] once = core.snapshot().parameters();
      core.train(pictures, Targets.of(labels(8, 1), null), 3);
      core.restore(state);
      assertEquals(1, core.snapshot().epoch());
      core.train(pictures, Targets.of(labels(8, 1), null), 2);
      assertArrayEquals(once, core.snapshot().parameters());
      assertEquals(2, core.snapshot().iteration());
    }
  }

  /** In the middle of a training, copies of the weights that find no room share one place. */
  @Test
  void predictionsWithinATrainingAreThoseAfterIt() {
    String convolution = "{'type':'Conv2D','filters':32,'kernel_size':[3,3],'padding':'same'}";
    String layers = String.join(",", convolution, convolution, "{'type':'BatchNorm'}", convolution);
    try (PlanCore core = core(layers, "{}");
        FloatPointer pictures = pictures(64, 1);
        FloatPointer within = new FloatPointer(64L * CLASSES);
        FloatPointer after = new FloatPointer(64L * CLASSES)) {
      for (int step = 1; step <= 3; step++) {
        core.train(pictures, Targets.of(labels(2, step), null), step);
        core.predict(pictures, 64, within);
        // Once more with copies that are there already.
        core.predict(pictures, 64, within);
        float[] expected = floats(within, 64 * CLASSES);
        core.releaseThread();
        core.predict(pictures, 64, after);
        assertArrayEquals(expected, floats(after, 64 * CLASSES));
      }
    }
  }

  /** Whatever is left over when windows have been placed is left out, back to the pictures. */
  @Test
  void readsOnlyWhatReachesTheOutput() {
    // 13 - 2 = 11 = 2 * 5 + 1 rows, 11 - 2 = 9 = 2 * 4 + 1 columns: the last of each is not pooled.
    assertReads(new int[] {12, 10, 2}, "{'type':'MaxPool2D'}");
    assertReads(
        new int[] {12, 10, 2}, "{'type':'Activation','activation':'tanh'},{'type':'MaxPool2D'}");
    // Statistics are of all values, and the sum is of two ways through the network.
    assertReads(SHAPE, "{'type':'BatchNorm'},{'type':'MaxPool2D'}");
    assertReads(
        SHAPE,
        "{'type':'Block','layers':[{'type':'Conv2D','filters':16,'kernel_size':[1,1]}]},"
            + "{'type':'MaxPool2D'}");
    assertReads(SHAPE, "{'type':'GlobalPool'}");
    // Padding in the last pooling's window, so that it reads everything.
    assertReads(SHAPE, "{'type':'MaxPool2D','padding':'same'}");
    // 11 to 5 to 2 rows; back: 4 of 5, which need 8 of 11, which need 10 of 13. Columns: 9, 4, 2.
    assertReads(new int[] {10, 10, 2}, "{'type':'MaxPool2D'},{'type':'MaxPool2D'}");
    NetworkSpec landscape = NetworkSpec.reference("landscape");
    int[] shape = landscape.defaultInputShape();
    Options none = new Options("network", Json.object());
    try (PlanCore core =
        new PlanCore(landscape.toConfiguration(shape, 3, none, 1), shape, CoreOptions.DEFAULT)) {
      assertArrayEquals(new int[] {66, 66, 3}, core.readShape());
      assertArrayEquals(new int[] {75, 75, 3}, core.inputShape());
    }
  }

  private static void assertReads(int[] expected, String layers) {
    try (PlanCore core = core(layers, "{}")) {
      assertArrayEquals(expected, core.readShape(), layers);
    }
  }

  /** A small prediction takes one thread, but leaves the number of threads as it was. */
  @Test
  void smallPredictionsKeepTheNumberOfThreads() {
    try (PlanCore core = core("{'type':'MaxPool2D'}", "{}");
        FloatPointer pictures = pictures(2, 1);
        FloatPointer probabilities = new FloatPointer(2L * CLASSES)) {
      int left =
          Threads.with(
              3,
              () -> {
                core.predict(pictures, 2, probabilities);
                core.predict(pictures, 2, probabilities);
                return Threads.count();
              });
      assertEquals(3, left);
    }
  }

  @Test
  void predictionsDependNeitherOnTheBatchNorOnTheThread() throws Exception {
    try (PlanCore core = core("{'type':'AvgPool2D'},{'type':'Dropout'}", "{}");
        FloatPointer pictures = pictures(9, 1);
        FloatPointer together = new FloatPointer(9L * CLASSES);
        FloatPointer alone = new FloatPointer((long) CLASSES)) {
      long size = core.pictureSize();
      core.predict(pictures, 9, together);
      float[] before = floats(together);
      Thread other = new Thread(() -> core.predict(pictures, 9, together));
      other.start();
      other.join();
      assertArrayEquals(before, floats(together));
      for (int i = 0; i < 9; i++) {
        core.predict(new FloatPointer(pictures).position(i * size), 1, alone);
        for (int k = 0; k < CLASSES; k++) {
          assertEquals(before[i * CLASSES + k], alone.get(k), 1e-6);
        }
      }
    }
  }

  @Test
  void minibatchesOfManySizesTrainAndPredict() {
    try (PlanCore core = core(DROPOUT, "{}");
        FloatPointer pictures = pictures(20, 1);
        FloatPointer probabilities = new FloatPointer(20L * CLASSES)) {
      for (int round = 0; round < 2; round++) {
        for (int count = 1; count <= 20; count++) {
          core.train(pictures, Targets.of(labels(count, 1), null), count);
          core.predict(pictures, count, probabilities);
        }
      }
      for (float probability : floats(probabilities)) assertTrue(Float.isFinite(probability));
    }
  }

  @Test
  void dropoutKeepsItsShareAndTheMean() {
    int size = 999;
    try (FloatPointer mask = new FloatPointer(64L * size);
        FloatPointer fewer = new FloatPointer(3L * size)) {
      new DropoutMask(0.8, 2, size).fill(mask, 5);
      float[] values = floats(mask);
      int kept = 0;
      for (float value : values) {
        assertTrue(value == 0 || value == 1.25f);
        if (value != 0) kept++;
      }
      assertEquals(0.8, (double) kept / values.length, 0.01);
      new DropoutMask(0.8, 2, size).fill(fewer, 5);
      assertArrayEquals(Arrays.copyOf(values, 3 * size), floats(fewer));
      new DropoutMask(0.8, 3, size).fill(fewer, 5);
      assertFalse(Arrays.equals(Arrays.copyOf(values, 3 * size), floats(fewer)));
    }
  }

  @Test
  void whatIsNotFiniteShows() {
    try (PlanCore core = core("{'type':'MaxPool2D'}", "{}");
        FloatPointer pictures = pictures(4, 1);
        FloatPointer probabilities = new FloatPointer(4L * CLASSES)) {
      NetworkState state = core.snapshot();
      for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
        pictures.put(2L * PIXELS + 77, bad);
        core.predict(pictures, 4, probabilities);
        for (int i = 0; i < 4 * CLASSES; i++) {
          assertEquals(i / CLASSES == 2, Float.isNaN(probabilities.get(i)));
        }
        assertTrue(Double.isNaN(core.train(pictures, Targets.of(labels(4, 1), null), 1).lossSum()));
        core.restore(state);
      }
      pictures.put(2L * PIXELS + 77, 0);
      assertTrue(
          Double.isFinite(core.train(pictures, Targets.of(labels(4, 1), null), 1).lossSum()));
      core.network().params().putScalar(3, Float.NaN);
      core.predict(pictures, 4, probabilities);
      assertTrue(Float.isNaN(probabilities.get(0)));
    }
  }

  @Test
  void memoryStaysFlat() throws Exception {
    try (PlanCore core = core(DROPOUT, "{}");
        FloatPointer pictures = pictures(16, 1);
        FloatPointer probabilities = new FloatPointer(16L * CLASSES)) {
      int[] labels = labels(16, 1);
      int[] fewer = labels(5, 1);
      long resident = 0;
      long objects = 0;
      for (int step = 0; step < 2500; step++) {
        core.train(pictures, Targets.of(step % 10 == 9 ? fewer : labels, null), step);
        if (step % 10 == 0) core.predict(pictures, 16, probabilities);
        if (step == 499) {
          System.gc();
          resident = residentMegabytes();
          objects = Pointer.totalCount();
        }
      }
      assertTrue(Pointer.totalCount() - objects < 50, "native objects: a step makes none");
      System.gc();
      long grown = residentMegabytes() - resident;
      assertTrue(grown < 40, () -> "grown by " + grown + " MB");
    }
  }

  @Test
  void closingFreesEveryNativeObject() {
    // What the first one loads stays.
    trained(1);
    System.gc();
    long before = Pointer.totalCount();
    for (int i = 0; i < 5; i++) trained(1);
    assertTrue(Pointer.totalCount() - before < 200, () -> "" + (Pointer.totalCount() - before));
  }

  @Test
  void refusesWrongLabelsAndUseAfterClose() {
    PlanCore core = core(DROPOUT, "{}");
    try (FloatPointer pictures = pictures(2, 1)) {
      SparkDl4jException e =
          assertThrows(
              SparkDl4jException.class,
              () -> core.train(pictures, Targets.of(new int[] {0, 3}, null), 1));
      assertEquals(ErrorCode.DATA_LABELS, e.code());
      assertThrows(
          IllegalArgumentException.class,
          () -> core.train(pictures, Targets.of(new int[3], null), 1));
      core.close();
      core.close();
      e =
          assertThrows(
              SparkDl4jException.class,
              () -> core.train(pictures, Targets.of(new int[2], null), 1));
      assertEquals(ErrorCode.TRAINING_STATE, e.code());
    }
  }

  @Test
  void whatThePlanLacksRunsOnDl4j() {
    NetworkConfiguration known = configuration(DROPOUT, "{}");
    try (NetworkCore core = NetworkCores.of(known, SHAPE, CoreOptions.DEFAULT)) {
      assertInstanceOf(PlanCore.class, core);
    }
    NetworkConfiguration softPlus =
        NetworkConfiguration.of(
            new NeuralNetConfiguration.Builder()
                .list()
                .layer(new DenseLayer.Builder().nOut(6).activation(Activation.SOFTPLUS).build())
                .layer(
                    new OutputLayer.Builder(LossFunction.MCXENT)
                        .nOut(CLASSES)
                        .activation(Activation.SOFTMAX)
                        .build())
                .setInputType(InputType.convolutional(13, 11, 2))
                .build(),
            LossSpec.CROSS_ENTROPY);
    assertThrows(
        IllegalArgumentException.class, () -> new PlanCore(softPlus, SHAPE, CoreOptions.DEFAULT));
    try (NetworkCore core = NetworkCores.of(softPlus, SHAPE, CoreOptions.DEFAULT)) {
      assertInstanceOf(Dl4jCore.class, core);
      assertEquals("dl4j", core.executions(1).get(0).core());
    }
  }

  @Test
  void twoThreadsCannotTrainTheSameNetwork() throws Exception {
    try (PlanCore core = core(DROPOUT, "{}");
        FloatPointer pictures = pictures(64, 1)) {
      int[] labels = labels(64, 1);
      AtomicBoolean stop = new AtomicBoolean();
      AtomicInteger steps = new AtomicInteger();
      Thread other =
          new Thread(
              () -> {
                while (!stop.get()) {
                  try {
                    core.train(pictures, Targets.of(labels, null), 1);
                    steps.incrementAndGet();
                  } catch (SparkDl4jException e) {
                    // This thread may be the second of the two as well.
                    assertEquals(ErrorCode.TRAINING_STATE, e.code());
                  }
                }
              });
      other.start();
      int own = 0;
      SparkDl4jException refused = null;
      while (refused == null && own < 10_000) {
        try {
          core.train(pictures, Targets.of(labels, null), 1);
          own++;
        } catch (SparkDl4jException e) {
          refused = e;
        }
      }
      stop.set(true);
      other.join();
      assertEquals(ErrorCode.TRAINING_STATE, refused.code());
      // What was refused has changed nothing.
      assertEquals(own + steps.get(), core.snapshot().iteration());
    }
  }

  private static float[] trained(long seed) {
    try (PlanCore core = core(DROPOUT, "{}");
        FloatPointer pictures = pictures(8, 1)) {
      for (int step = 0; step < 5; step++)
        core.train(pictures, Targets.of(labels(8, 1), null), seed + step);
      return core.snapshot().parameters();
    }
  }

  private static PlanCore core(String layers, String options) {
    return new PlanCore(configuration(layers, options), SHAPE, CoreOptions.DEFAULT);
  }

  /** A convolution, the layers, a dense layer and the output. */
  private static NetworkConfiguration configuration(String layers, String options) {
    String network =
        "{'layers':[{'type':'Conv2D','filters':16,'kernel_size':[3,3]},"
            + layers
            + ",{'type':'Dense','units':6},{'type':'Output'}]}";
    return NetworkSpec.of(Json.readObject(network.replace('\'', '"'), "network"))
        .toConfiguration(
            SHAPE,
            CLASSES,
            new Options("network", Json.readObject(options.replace('\'', '"'), "options")),
            5);
  }

  private static FloatPointer pictures(int count, long seed) {
    float[] values = new float[count * PIXELS];
    Random random = new Random(seed);
    for (int i = 0; i < values.length; i++) values[i] = (float) random.nextGaussian();
    return new FloatPointer(values);
  }

  private static int[] labels(int count, long seed) {
    return new Random(seed).ints(count, 0, CLASSES).toArray();
  }

  private static long residentMegabytes() throws Exception {
    for (String line : Files.readAllLines(Paths.get("/proc/self/status"))) {
      if (line.startsWith("VmRSS:")) return Long.parseLong(line.replaceAll("\\D", "")) / 1024;
    }
    throw new AssertionError("no VmRSS");
  }

  private static INDArray oneHot(int[] labels, int classes) {
    INDArray rows = Nd4j.zeros(labels.length, classes);
    for (int i = 0; i < labels.length; i++) rows.putScalar(i, labels[i], 1);
    return rows;
  }

  private static float[] floats(FloatPointer pointer) {
    return floats(pointer, (int) pointer.limit());
  }

  private static float[] floats(FloatPointer pointer, int length) {
    float[] values = new float[length];
    pointer.get(values);
    return values;
  }

  private static void assertClose(float[] expected, float[] found, double tolerance, String what) {
    double relative = Agreement.distance(expected, found);
    Supplier<String> message = () -> what + ": relative distance " + relative;
    assertTrue(relative <= tolerance, message);
  }
}
