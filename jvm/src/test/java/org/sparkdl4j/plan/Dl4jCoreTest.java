package org.sparkdl4j.plan;

import static java.util.stream.Collectors.toList;
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
import java.util.List;
import java.util.Random;
import org.bytedeco.javacpp.FloatPointer;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.layers.convolution.ConvolutionLayer;
import org.deeplearning4j.nn.layers.normalization.BatchNormalization;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.sparkdl4j.dl4j.NetworkState;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.loss.CrossEntropy;
import org.sparkdl4j.loss.MinibatchResult;
import org.sparkdl4j.minibatch.Targets;
import org.sparkdl4j.network.LossSpec;
import org.sparkdl4j.network.NetworkConfiguration;
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
    NetworkConfiguration configuration =
        configuration(WITHOUT_DROPOUT, "{'updater':'" + updater + "'}");
    MultiLayerNetwork stock = new MultiLayerNetwork(configuration.layers().clone());
    stock.init();
    try (Dl4jCore core = new Dl4jCore(configuration, SHAPE)) {
      assertArrayEquals(stock.params().toFloatVector(), core.snapshot().parameters());
      for (int step = 0; step < 8; step++) {
        // The last minibatch is smaller, as at the end of an epoch.
        int n = step == 7 ? 3 : 8;
        int[] labels = labels(n, step);
        try (FloatPointer features = features(n, step)) {
          MinibatchResult result = core.train(features, Targets.of(labels, null), step);
          INDArray y = Nd4j.zeros(n, CLASSES);
          for (int i = 0; i < n; i++) y.putScalar(i, labels[i], 1);
          double penalty = stock.calcRegularizationScore(true);
          stock.fit(channelsFirst(features, n), y);
          assertClose(stock.score() - penalty, result.lossSum() / n);
          assertClose(stock.score(), core.network().score());
        }
        NetworkState state = core.snapshot();
        assertClose(stock.params().toFloatVector(), state.parameters());
        assertClose(
            stock.gradient().gradient().toFloatVector(),
            core.network().gradient().gradient().toFloatVector());
        assertEquals(step + 1, state.iteration());
        assertOneDnnUsed(core);
      }
      try (FloatPointer features = features(5, 99);
          FloatPointer probabilities = new FloatPointer(5L * CLASSES)) {
        core.predict(features, 5, probabilities);
        INDArray expected = stock.output(channelsFirst(features, 5));
        assertClose(expected.dup('c').data().asFloat(), floats(probabilities));
        assertOneDnnUsed(core);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"nesterov", "adam"})
  void agreesWithStockDl4jOnGraphs(String updater) {
    NetworkConfiguration configuration =
        NetworkConfiguration.of(
            Graphs.residual(SHAPE, CLASSES, updater(updater)), LossSpec.CROSS_ENTROPY);
    ComputationGraph stock = new ComputationGraph(configuration.graph().clone());
    stock.init();
    try (Dl4jCore core = new Dl4jCore(configuration, SHAPE)) {
      assertArrayEquals(stock.params().toFloatVector(), core.snapshot().parameters());
      for (int step = 0; step < 8; step++) {
        int n = step == 7 ? 3 : 8;
        int[] labels = labels(n, step);
        try (FloatPointer features = features(n, step + 20)) {
          MinibatchResult result = core.train(features, Targets.of(labels, null), step);
          INDArray y = Nd4j.zeros(n, CLASSES);
          for (int i = 0; i < n; i++) y.putScalar(i, labels[i], 1);
          double penalty = stock.calcRegularizationScore(true);
          stock.fit(new INDArray[] {channelsFirst(features, n)}, new INDArray[] {y});
          assertClose(stock.score() - penalty, result.lossSum() / n);
          assertClose(stock.score(), core.network().score());
        }
        NetworkState state = core.snapshot();
        assertClose(stock.params().toFloatVector(), state.parameters());
        assertClose(
            stock.gradient().gradient().toFloatVector(),
            core.network().gradient().gradient().toFloatVector());
        assertEquals(step + 1, state.iteration());
        assertEquals(0, state.epoch());
        assertOneDnnUsed(core);
      }
      try (FloatPointer features = features(5, 99);
          FloatPointer probabilities = new FloatPointer(5L * CLASSES)) {
        core.predict(features, 5, probabilities);
        INDArray expected = stock.outputSingle(channelsFirst(features, 5));
        assertClose(expected.dup('c').data().asFloat(), floats(probabilities));
        assertOneDnnUsed(core);
      }
      assertEquals(
          List.of(
              "conv1", "norm1", "relu1", "conv2", "norm2", "add", "relu2", "pool", "conv3",
              "concat", "dense", "output"),
          core.executions(1).stream().map(LayerExecution::step).collect(toList()));
    }
  }

  /**
   * Against the formulas and, for the gradient, against a difference of losses, with weights of the
   * samples and with labels as they are and smoothed.
   */
  @ParameterizedTest
  @CsvSource({
    "CROSS_ENTROPY, false",
    "CROSS_ENTROPY, true",
    "BINARY_CROSS_ENTROPY, false",
    "BINARY_CROSS_ENTROPY, true",
    "MSE, false",
    "MSE, true",
    "FOCAL, false",
    "FOCAL, true"
  })
  void lossAndGradientAreThoseOfTheKind(LossSpec.Kind kind, boolean graph) {
    for (double smoothing : new double[] {0, 0.1}) {
      for (float[] weights : new float[][] {null, {1, 0.5f, 0, 2, 3, 1}, {7}}) {
        LossSpec loss = new LossSpec(kind, smoothing, 1.5);
        int n = weights == null ? 6 : weights.length;
        int[] labels = labels(n, 3);
        Targets mixed = Targets.of(labels, labels(n, 4), shares(n), weights);
        for (Targets targets : new Targets[] {Targets.of(labels, weights), mixed}) {
          assertLossAndGradient(withLoss(loss, graph), loss, targets);
        }
      }
    }
  }

  private static void assertLossAndGradient(
      NetworkConfiguration configuration, LossSpec loss, Targets targets) {
    int n = targets.size();
    try (Dl4jCore core = new Dl4jCore(configuration, SHAPE);
        FloatPointer features = features(n, 3);
        FloatPointer probabilities = new FloatPointer((long) n * CLASSES)) {
      NetworkState start = core.snapshot();
      core.predict(features, n, probabilities);
      float[] p = floats(probabilities);
      MinibatchResult result = core.train(features, targets, 1);
      int hits = 0;
      for (int i = 0; i < n; i++) {
        if (CrossEntropy.argMax(p, i * CLASSES, CLASSES) == targets.largest(i)) hits++;
      }
      assertEquals(hits, result.hits());
      assertClose(loss(loss, p, targets), result.lossSum());

      // One step of SGD at the rate 1 subtracts the gradient's sum, divided by the pictures.
      float[] gradient = start.parameters().clone();
      double square = 0;
      for (int i = 0; i < gradient.length; i++) {
        gradient[i] = (gradient[i] - core.snapshot().parameters()[i]) * n;
        square += gradient[i] * gradient[i];
      }
      double epsilon = 1e-2 / Math.sqrt(square);
      double difference =
          lossAt(core, start, gradient, epsilon, features, targets)
              - lossAt(core, start, gradient, -epsilon, features, targets);
      assertEquals(1, difference / (2 * epsilon * square), 5e-3, loss.kind() + " " + n);
    }
  }

  /** The loss that the predictions with parameters on the gradient's line show. */
  private static double lossAt(
      Dl4jCore core,
      NetworkState start,
      float[] gradient,
      double epsilon,
      FloatPointer features,
      Targets targets) {
    float[] parameters = start.parameters().clone();
    for (int i = 0; i < parameters.length; i++) parameters[i] += (float) (epsilon * gradient[i]);
    core.restore(new NetworkState(parameters, start.updater(), 0, 0));
    return core.train(features, targets, 1).lossSum();
  }

  /** The sum of the losses, from their definitions. */
  private static double[] shares(int n) {
    return new Random(7).doubles(n).toArray();
  }

  private static double loss(LossSpec loss, float[] p, Targets targets) {
    double sum = 0;
    double s = loss.labelSmoothing();
    for (int i = 0; i < targets.size(); i++) {
      double own = 0;
      double share = targets.share(i);
      for (int k = 0; k < CLASSES; k++) {
        double ofLabels =
            (k == targets.labels()[i] ? share : 0) + (k == targets.others()[i] ? 1 - share : 0);
        double y = (1 - s) * ofLabels + s / (loss.isSigmoid() ? 2 : CLASSES);
        double q = p[i * CLASSES + k];
        switch (loss.kind()) {
          case CROSS_ENTROPY:
            own -= y * Math.log(q);
            break;
          case BINARY_CROSS_ENTROPY:
            own -= y * Math.log(q) + (1 - y) * Math.log(1 - q);
            break;
          case MSE:
            own += (q - y) * (q - y) / CLASSES;
            break;
          default:
            own -= y * Math.pow(1 - q, loss.focalGamma()) * Math.log(q);
        }
      }
      sum += own * (targets.weights() == null ? 1 : targets.weights()[i]);
    }
    return sum;
  }

  @Test
  void focalLossWithoutGammaIsCrossEntropy() {
    LossSpec focal = new LossSpec(LossSpec.Kind.FOCAL, 0, 0);
    try (Dl4jCore one = new Dl4jCore(withLoss(focal, true), SHAPE);
        Dl4jCore other = new Dl4jCore(withLoss(LossSpec.CROSS_ENTROPY, true), SHAPE);
        FloatPointer features = features(8, 1)) {
      for (int step = 0; step < 3; step++) {
        assertClose(
            other.train(features, Targets.of(labels(8, 1), null), step).lossSum(),
            one.train(features, Targets.of(labels(8, 1), null), step).lossSum());
      }
      assertClose(other.snapshot().parameters(), one.snapshot().parameters());
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatDl4jLacksStaysOutOfTheConfiguration(boolean graph) {
    LossSpec focal = new LossSpec(LossSpec.Kind.FOCAL, 0.1, 2);
    NetworkConfiguration given = withLoss(focal, graph);
    try (Dl4jCore core = new Dl4jCore(given, SHAPE);
        FloatPointer features = features(8, 1)) {
      core.train(features, Targets.of(labels(8, 1), null), 1);
      assertEquals(focal, core.configuration().loss());
      String json = core.configuration().toJson();
      assertTrue(json.contains("LossMCXENT"), json);
      assertFalse(json.contains("sparkdl4j"), json);
      assertEquals(1, core.configuration().iteration());
    }
    assertEquals(0, given.iteration(), "the given configuration must stay as it was");
  }

  @ParameterizedTest
  @ValueSource(strings = {"sgd", "nesterov", "adagrad", "rmsprop", "adam", "adamw"})
  void aShareOfTheRateIsThatRate(String updater) {
    String options = "{'updater':'" + updater + "','learning_rate':%s}";
    try (Dl4jCore full =
            new Dl4jCore(configuration(WITH_DROPOUT, String.format(options, 0.01)), SHAPE);
        Dl4jCore less =
            new Dl4jCore(configuration(WITH_DROPOUT, String.format(options, 0.0025)), SHAPE);
        FloatPointer features = features(8, 1)) {
      // At first with the rate that the updaters were made for.
      full.train(features, Targets.of(labels(8, 1), null), 9);
      less.restore(full.snapshot());
      full.scaleLearningRate(0.25);
      for (int step = 0; step < 4; step++) {
        assertEquals(
            less.train(features, Targets.of(labels(8, 1), null), step).lossSum(),
            full.train(features, Targets.of(labels(8, 1), null), step).lossSum());
      }
      assertArrayEquals(less.snapshot().parameters(), full.snapshot().parameters());
      assertArrayEquals(less.snapshot().updater(), full.snapshot().updater());
      assertEquals(0.01, full.learningRate());
      assertFalse(full.configuration().toJson().contains("0.0025"));
    }
  }

  @Test
  void aDivergedNetworkShowsIt() {
    for (LossSpec.Kind kind : LossSpec.Kind.values()) {
      try (Dl4jCore core = new Dl4jCore(withLoss(new LossSpec(kind, 0, 2), false), SHAPE);
          FloatPointer features = features(4, 1)) {
        float[] parameters = core.snapshot().parameters();
        Arrays.fill(parameters, Float.NaN);
        core.restore(new NetworkState(parameters, core.snapshot().updater(), 0, 0));
        double loss = core.train(features, Targets.of(labels(4, 1), null), 1).lossSum();
        assertTrue(Double.isNaN(loss), kind + ": " + loss);
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
        Dl4jCore option =
            new Dl4jCore(NetworkConfiguration.of(asOption, LossSpec.CROSS_ENTROPY), SHAPE);
        FloatPointer features = features(8, 1)) {
      option.restore(layer.snapshot());
      for (int step = 0; step < 4; step++) {
        assertEquals(
            option.train(features, Targets.of(labels(8, 1), null), step).lossSum(),
            layer.train(features, Targets.of(labels(8, 1), null), step).lossSum());
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

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void restoringGoesBackExactly(boolean graph) {
    try (Dl4jCore core = new Dl4jCore(withDropout(graph), SHAPE);
        FloatPointer features = features(8, 1)) {
      core.train(features, Targets.of(labels(8, 1), null), 1);
      core.finishEpoch();
      NetworkState state = core.snapshot();
      core.train(features, Targets.of(labels(8, 1), null), 2);
      float[] once = core.snapshot().parameters();
      core.train(features, Targets.of(labels(8, 1), null), 3);
      core.restore(state);
      assertEquals(1, core.snapshot().epoch());
      core.train(features, Targets.of(labels(8, 1), null), 2);
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

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void memoryStaysFlat(boolean graph) throws Exception {
    assertMemoryStaysFlat(graph ? residual() : configuration(WITH_DROPOUT, "{}"), 200);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @Tag("long")
  void memoryStaysFlatOverTwentyThousandSteps(boolean graph) throws Exception {
    assertMemoryStaysFlat(graph ? residual() : configuration(WITH_DROPOUT, "{}"), 3_400);
  }

  private static void assertMemoryStaysFlat(NetworkConfiguration configuration, int stepsAtATime)
      throws Exception {
    try (Dl4jCore core = new Dl4jCore(configuration, SHAPE);
        FloatPointer features = features(16, 1);
        FloatPointer probabilities = new FloatPointer(16L * CLASSES)) {
      // What the JVM needs for its first steps does not count.
      steps(core, features, probabilities, 100);
      long[] outsideHeap = new long[6];
      for (int i = 0; i < outsideHeap.length; i++) {
        steps(core, features, probabilities, stepsAtATime);
        System.gc();
        // What the collector finds is freed by other threads.
        Thread.sleep(200);
        // Java's heap comes and goes. Of what it has claimed, some is not resident: hence the most.
        outsideHeap[i] = residentMegabytes() - (Runtime.getRuntime().totalMemory() >> 20);
      }
      long before = Arrays.stream(outsideHeap, 0, 3).max().getAsLong();
      long after = Arrays.stream(outsideHeap, 3, 6).max().getAsLong();
      assertTrue(
          after - before < 40, () -> "megabytes outside the heap: " + Arrays.toString(outsideHeap));
    }
  }

  @Test
  void refusesWrongLabelsAndUseAfterClose() {
    Dl4jCore core = new Dl4jCore(configuration(WITH_DROPOUT, "{}"), SHAPE);
    try (FloatPointer features = features(2, 1)) {
      SparkDl4jException e =
          assertThrows(
              SparkDl4jException.class,
              () -> core.train(features, Targets.of(new int[] {0, 3}, null), 1));
      assertEquals(ErrorCode.DATA_LABELS, e.code());
      assertThrows(
          IllegalArgumentException.class,
          () -> core.train(features, Targets.of(new int[3], null), 1));
      assertThrows(
          IllegalArgumentException.class,
          () -> core.train(features, Targets.of(new int[2], new float[3]), 1));
      core.close();
      core.close();
      e =
          assertThrows(
              SparkDl4jException.class,
              () -> core.train(features, Targets.of(new int[2], null), 1));
      assertEquals(ErrorCode.TRAINING_STATE, e.code());
    }
  }

  private static void steps(
      Dl4jCore core, FloatPointer features, FloatPointer probabilities, int count) {
    int[] labels = labels(16, 1);
    int[] fewer = labels(5, 1);
    for (int step = 0; step < count; step++) {
      core.train(features, Targets.of(step % 10 == 9 ? fewer : labels, null), step);
      if (step % 10 == 0) core.predict(features, 16, probabilities);
    }
  }

  private static float[] trained(long seed) {
    try (Dl4jCore core = new Dl4jCore(configuration(WITH_DROPOUT, "{}"), SHAPE);
        FloatPointer features = features(8, 1)) {
      for (int step = 0; step < 5; step++)
        core.train(features, Targets.of(labels(8, 1), null), seed + step);
      return core.snapshot().parameters();
    }
  }

  /** DL4J drops a helper silently when it fails. */
  private static void assertOneDnnUsed(Dl4jCore core) {
    for (Layer layer : core.held.model().layers()) {
      Class<?> type = layer.getClass();
      if (type != ConvolutionLayer.class && type != BatchNormalization.class) continue;
      Object helper = field(type, layer, "helper");
      assertNotNull(field(helper.getClass(), helper, "context"));
      if (type == ConvolutionLayer.class) {
        assertNotNull(field(helper.getClass(), helper, "contextBwd"));
      }
      assertEquals(0, field(type, layer, "helperCountFail"));
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

  /** The given loss, in DL4J's configuration the nearest; SGD at the rate 1. */
  private static NetworkConfiguration withLoss(LossSpec loss, boolean graph) {
    LossFunction function =
        loss.isSigmoid()
            ? LossFunction.XENT
            : loss.kind() == LossSpec.Kind.MSE ? LossFunction.MSE : LossFunction.MCXENT;
    Activation activation = loss.isSigmoid() ? Activation.SIGMOID : Activation.SOFTMAX;
    if (graph) {
      return NetworkConfiguration.of(
          Graphs.branches(SHAPE, CLASSES, function, activation, new Sgd(1)), loss);
    }
    return NetworkConfiguration.of(
        new NeuralNetConfiguration.Builder()
            .seed(5)
            .updater(new Sgd(1))
            .weightInit(WeightInit.XAVIER)
            .activation(Activation.TANH)
            .list()
            .layer(
                new org.deeplearning4j.nn.conf.layers.ConvolutionLayer.Builder(3, 3)
                    .nOut(5)
                    .build())
            .layer(new OutputLayer.Builder(function).nOut(CLASSES).activation(activation).build())
            .setInputType(InputType.convolutional(13, 11, 2))
            .build(),
        loss);
  }

  private static NetworkConfiguration withDropout(boolean graph) {
    return graph
        ? NetworkConfiguration.of(
            Graphs.everything(SHAPE[2], CLASSES, new Adam(0.001)), LossSpec.CROSS_ENTROPY)
        : configuration(WITH_DROPOUT, "{}");
  }

  private static NetworkConfiguration residual() {
    return NetworkConfiguration.of(
        Graphs.residual(SHAPE, CLASSES, new Adam(0.001)), LossSpec.CROSS_ENTROPY);
  }

  private static IUpdater updater(String name) {
    return name.equals("adam") ? new Adam(0.002) : new Nesterovs(0.02, 0.9);
  }

  private static NetworkConfiguration configuration(String network, String options) {
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

  /** As stock DL4J takes them. */
  private static INDArray channelsFirst(FloatPointer features, int count) {
    return Nd4j.create(floats(features), new long[] {count, 13, 11, 2}, 'c')
        .permute(0, 3, 1, 2)
        .dup('c');
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
