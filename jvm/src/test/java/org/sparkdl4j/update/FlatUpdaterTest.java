package org.sparkdl4j.update;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.api.OptimizationAlgorithm;
import org.deeplearning4j.nn.api.Trainable;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.weightnoise.DropConnect;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.updater.UpdaterBlock;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.AdaGrad;
import org.nd4j.linalg.learning.config.AdaMax;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.learning.regularization.L2Regularization;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.schedule.ExponentialSchedule;
import org.nd4j.linalg.schedule.ScheduleType;
import org.sparkdl4j.dl4j.Dl4jNetwork;
import org.sparkdl4j.dl4j.NetworkState;
import org.sparkdl4j.network.LossSpec;
import org.sparkdl4j.network.NetworkConfiguration;

/** Updates against DL4J's own. */
class FlatUpdaterTest {
  private static final int STEPS = 20;
  private static final double THRESHOLD = 0.7;
  private static final int[] SHAPE = {6, 5, 2};
  private static final int COUNT = 7;
  private static final int CLASSES = 3;

  private static final List<IUpdater> UPDATERS =
      List.of(
          new Sgd(new ExponentialSchedule(ScheduleType.EPOCH, 0.1, 0.8)),
          new Nesterovs(new ExponentialSchedule(ScheduleType.ITERATION, 0.05, 0.9), 0.9),
          new AdaGrad(0.02),
          new RmsProp(0.001),
          new Adam(0.002),
          new Adam(new ExponentialSchedule(ScheduleType.ITERATION, 0.01, 0.95)));

  private static final List<String> PENALTIES =
      List.of("none", "l1 and l2", "decay", "decay without rate", "all");

  /** 6 updaters and 5 regularisations for each, on the two kinds of network in turn. */
  @ParameterizedTest
  @EnumSource(GradientNormalization.class)
  void agreesWithDl4j(GradientNormalization normalization) {
    int turn = normalization.ordinal();
    for (IUpdater updater : UPDATERS) {
      for (String penalty : PENALTIES) {
        NeuralNetConfiguration.Builder builder = builder(updater, penalty, normalization);
        boolean asGraph = turn++ % 2 == 0;
        agreesWithDl4j(asGraph ? graph(builder) : layers(builder), updater + ", " + penalty);
      }
    }
  }

  @Test
  void biasesMayHaveTheirOwnUpdater() {
    NeuralNetConfiguration.Builder builder =
        builder(new Adam(0.01), "l1 and l2", GradientNormalization.None);
    builder.biasUpdater(new Nesterovs(0.05, 0.8)).l2Bias(0.1).weightDecayBias(0.02);
    agreesWithDl4j(layers(builder), "layers");
    agreesWithDl4j(graph(builder), "graph");
  }

  @Test
  void withoutAnUpdaterGradientsAreSubtractedAsTheyAre() {
    NeuralNetConfiguration.Builder builder =
        builder(new NoOp(), "none", GradientNormalization.ClipL2PerLayer);
    agreesWithDl4j(layers(builder), "layers");
  }

  /** From DL4J's own gradients, batch normalisation's moving statistics among them. */
  @ParameterizedTest
  @ValueSource(strings = {"layers", "graph"})
  void trainingStepsAreDl4js(String kind) {
    NeuralNetConfiguration.Builder builder =
        builder(new Adam(0.01), "decay", GradientNormalization.ClipL2PerLayer);
    NetworkConfiguration configuration = kind.equals("graph") ? graph(builder) : layers(builder);
    try (Dl4jNetwork stock = network(configuration);
        Dl4jNetwork own = network(configuration)) {
      FlatUpdater updater = new FlatUpdater(own, 1);
      float[] before = own.parameters().toFloatVector();
      for (int step = 0; step < 5; step++) {
        INDArray x = Nd4j.rand('c', COUNT, SHAPE[2], SHAPE[0], SHAPE[1]).addi(1);
        INDArray y = Nd4j.zeros(COUNT, CLASSES);
        for (int i = 0; i < COUNT; i++) y.putScalar(i, (i + step) % CLASSES, 1);
        computeGradients(stock.network(), x, y);
        copy(stock.gradients(), own.gradients());
        assertTrue(updater.update(COUNT, 1));
        fit(stock.network(), x, y);
      }
      assertEquals(5, own.iteration());
      assertClose(stock.parameters(), own.parameters(), kind);
      assertClose(stock.updaterState(), own.updaterState(), kind);
      assertTrue(distance(before, own.parameters().toFloatVector()) > 0.01);
    }
  }

  /** Weight decay times the rate among it. */
  @Test
  void aShareOfTheRateIsThatRate() {
    List<IUpdater> full =
        List.of(new Sgd(0.08), new Nesterovs(0.08, 0.9), new AdaGrad(0.08), new Adam(0.08));
    List<IUpdater> quarter =
        List.of(new Sgd(0.02), new Nesterovs(0.02, 0.9), new AdaGrad(0.02), new Adam(0.02));
    for (int i = 0; i < full.size(); i++) {
      float[][] found = new float[2][];
      for (int scaled = 0; scaled < 2; scaled++) {
        IUpdater kind = scaled == 1 ? full.get(i) : quarter.get(i);
        try (Dl4jNetwork network =
            network(layers(builder(kind, "decay", GradientNormalization.None)))) {
          FlatUpdater updater = new FlatUpdater(network, 1);
          for (int step = 0; step < 3; step++) {
            fill(network.gradients(), step);
            assertTrue(updater.update(COUNT, scaled == 1 ? 0.25 : 1));
          }
          found[scaled] = network.snapshot(null).parameters();
        }
      }
      assertArrayEquals(found[0], found[1], full.get(i).getClass().getSimpleName());
    }
  }

  @ParameterizedTest
  @EnumSource(GradientNormalization.class)
  void threadsDoNotChangeTheResult(GradientNormalization normalization) {
    NetworkConfiguration configuration =
        NetworkConfiguration.of(
            builder(new Adam(0.01), "all", normalization)
                .list()
                .layer(new DenseLayer.Builder().nIn(1100).nOut(1000).build())
                .layer(output())
                .setInputType(InputType.feedForward(1100))
                .build(),
            LossSpec.CROSS_ENTROPY);
    try (Dl4jNetwork network = network(configuration)) {
      fill(network.gradients(), 1);
      NetworkState start = network.snapshot(null);
      float[] expected = null;
      for (int threads : new int[] {1, 2, 3, 0}) {
        network.restore(start);
        FlatUpdater updater = new FlatUpdater(network, threads);
        for (int step = 0; step < 2; step++) assertTrue(updater.update(COUNT, 1));
        float[] found = network.snapshot(null).parameters();
        if (expected == null) expected = found;
        assertArrayEquals(expected, found);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(GradientNormalization.class)
  void gradientsThatAreNotFiniteAreSeen(GradientNormalization normalization) {
    try (Dl4jNetwork network = network(layers(builder(new Sgd(0.1), "none", normalization)))) {
      FlatUpdater updater = new FlatUpdater(network, 1);
      for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
        for (long at : new long[] {0, 5, network.gradients().length() - 1}) {
          fill(network.gradients(), 1);
          assertTrue(updater.update(COUNT, 1));
          float[] before = network.parameters().toFloatVector();
          network.gradients().putScalar(at, bad);
          assertFalse(updater.update(COUNT, 1));
          Dl4jNetwork.memory(network.parameters()).put(before, 0, before.length);
        }
      }
    }
  }

  @Test
  void tellsWhatItLacks() {
    assertNull(lacks(dense().l1(0.1).l2(0.1)));
    assertNull(lacks(dense().weightDecay(1)));
    assertNull(lacks(dense().gradientNormalization(GradientNormalization.ClipL2PerParamType)));
    assertEquals("AdaMax", lacks(dense().updater(new AdaMax())));
    assertEquals("AdaMax", lacks(dense().biasUpdater(new AdaMax())));
    assertEquals("weight noise", lacks(dense().weightNoise(new DropConnect(0.5))));
    assertEquals("Unknown", lacks(dense().regularization(List.of(new Unknown()))));
    assertEquals("Unknown", lacks(dense().regularizationBias(List.of(new Unknown()))));
  }

  private static String lacks(BaseLayer.Builder<?> builder) {
    return FlatUpdater.lacks((BaseLayer) builder.build());
  }

  private static void agreesWithDl4j(NetworkConfiguration configuration, String what) {
    try (Dl4jNetwork stock = network(configuration);
        Dl4jNetwork own = network(configuration)) {
      FlatUpdater updater = new FlatUpdater(own, 2);
      Gradient gradient = view(stock);
      for (int step = 0; step < STEPS; step++) {
        int epoch = step / 7;
        own.setEpoch(epoch);
        int count = step % 7 == 6 ? 3 : COUNT;
        if (step == 11) stock.gradients().assign(0);
        else fill(stock.gradients(), step);
        copy(stock.gradients(), own.gradients());
        stock.updater().update(gradient, step, epoch, count, LayerWorkspaceMgr.noWorkspaces());
        stock.parameters().subi(stock.gradients().reshape(stock.parameters().shape()));
        assertTrue(updater.update(count, 1));
        assertEquals(step + 1, own.iteration());
      }
      assertClose(stock.parameters(), own.parameters(), what);
      if (stock.updaterState() != null) {
        assertClose(stock.updaterState(), own.updaterState(), what + ", state");
      }
    }
  }

  private static void computeGradients(Model model, INDArray x, INDArray y) {
    if (model instanceof ComputationGraph) {
      ((ComputationGraph) model).setInputs(x);
      ((ComputationGraph) model).setLabels(y);
    } else {
      ((MultiLayerNetwork) model).setInput(x);
      ((MultiLayerNetwork) model).setLabels(y);
    }
    model.computeGradientAndScore(LayerWorkspaceMgr.noWorkspaces());
  }

  private static void fit(Model model, INDArray x, INDArray y) {
    if (model instanceof ComputationGraph) {
      ((ComputationGraph) model).fit(new INDArray[] {x}, new INDArray[] {y});
    } else {
      ((MultiLayerNetwork) model).fit(x, y);
    }
  }

  /** The gradient view as DL4J's updater takes it. */
  private static Gradient view(Dl4jNetwork network) {
    Gradient gradient = new DefaultGradient(network.gradients());
    for (UpdaterBlock block : network.updater().getUpdaterBlocks()) {
      for (UpdaterBlock.ParamState parameter : block.getLayersAndVariablesInBlock()) {
        Trainable layer = parameter.getLayer();
        String name =
            layer instanceof GraphVertex
                ? ((GraphVertex) layer).getVertexName()
                : "" + ((Layer) layer).getIndex();
        String key = name + "_" + parameter.getParamName();
        gradient.setGradientFor(key, parameter.getGradView());
      }
    }
    return gradient;
  }

  private static Dl4jNetwork network(NetworkConfiguration configuration) {
    NetworkConfiguration copy =
        configuration.isGraph()
            ? NetworkConfiguration.of(configuration.graph().clone(), configuration.loss())
            : NetworkConfiguration.of(configuration.layers().clone(), configuration.loss());
    return new Dl4jNetwork(copy, SHAPE);
  }

  private static NeuralNetConfiguration.Builder builder(
      IUpdater updater, String penalty, GradientNormalization normalization) {
    NeuralNetConfiguration.Builder builder =
        new NeuralNetConfiguration.Builder()
            .seed(5)
            .optimizationAlgo(OptimizationAlgorithm.STOCHASTIC_GRADIENT_DESCENT)
            .updater(updater)
            .gradientNormalization(normalization)
            .gradientNormalizationThreshold(THRESHOLD);
    if (penalty.equals("l1 and l2")) builder.l1(0.002).l2(0.03);
    if (penalty.equals("decay")) builder.weightDecay(0.1);
    if (penalty.equals("decay without rate")) builder.weightDecay(0.01, false);
    if (penalty.equals("all")) builder.l1(0.001).l1Bias(0.01).weightDecay(0.2).weightDecayBias(0.3);
    return builder;
  }

  private static NetworkConfiguration layers(NeuralNetConfiguration.Builder builder) {
    return NetworkConfiguration.of(
        builder
            .list()
            .layer(new ConvolutionLayer.Builder(3, 3).nOut(4).hasBias(false).build())
            .layer(new BatchNormalization())
            .layer(new ActivationLayer(Activation.RELU))
            .layer(new DenseLayer.Builder().nOut(6).activation(Activation.TANH).build())
            .layer(output())
            .setInputType(InputType.convolutional(SHAPE[0], SHAPE[1], SHAPE[2]))
            .build(),
        LossSpec.CROSS_ENTROPY);
  }

  /** The names tell that a parameter's key is cut at its last underscore. */
  private static NetworkConfiguration graph(NeuralNetConfiguration.Builder builder) {
    ComputationGraphConfiguration configuration =
        builder
            .graphBuilder()
            .addInputs("input")
            .addLayer("a_1", new ConvolutionLayer.Builder(3, 3).nOut(4).build(), "input")
            .addLayer("a_1/norm", new BatchNormalization(), "a_1")
            .addLayer("b", new ConvolutionLayer.Builder(3, 3).nOut(4).build(), "input")
            .addLayer("b/norm", new BatchNormalization.Builder(true).build(), "b")
            .addVertex("sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), "a_1/norm", "b/norm")
            .addLayer("output", output(), "sum")
            .setOutputs("output")
            .setInputTypes(InputType.convolutional(SHAPE[0], SHAPE[1], SHAPE[2]))
            .build();
    return NetworkConfiguration.of(configuration, LossSpec.CROSS_ENTROPY);
  }

  private static OutputLayer output() {
    return new OutputLayer.Builder(LossFunction.MCXENT)
        .nOut(CLASSES)
        .activation(Activation.SOFTMAX)
        .build();
  }

  private static DenseLayer.Builder dense() {
    return new DenseLayer.Builder().nIn(2).nOut(2).updater(new Sgd(0.1));
  }

  /** Gradients of sizes that clipping meets or leaves. */
  private static void fill(INDArray gradients, long seed) {
    Random random = new Random(seed);
    float[] values = new float[(int) gradients.length()];
    double size = Math.pow(10, random.nextInt(4) - 2);
    for (int i = 0; i < values.length; i++) values[i] = (float) (size * random.nextGaussian());
    Dl4jNetwork.memory(gradients).put(values, 0, values.length);
  }

  private static void copy(INDArray from, INDArray to) {
    float[] values = Dl4jNetwork.values(from);
    Dl4jNetwork.memory(to).put(values, 0, values.length);
  }

  private static void assertClose(INDArray expected, INDArray found, String what) {
    double relative = distance(expected.toFloatVector(), found.toFloatVector());
    assertTrue(relative <= 2e-6, () -> what + ": relative distance " + relative);
  }

  private static double distance(float[] expected, float[] found) {
    assertEquals(expected.length, found.length);
    double difference = 0;
    double length = 0;
    for (int i = 0; i < expected.length; i++) {
      difference += Math.pow(expected[i] - found[i], 2);
      length += Math.pow(expected[i], 2);
    }
    return Math.sqrt(difference / length);
  }

  /** A regularisation that somebody else wrote. */
  private static final class Unknown extends L2Regularization {
    private static final long serialVersionUID = 1;

    Unknown() {
      super(0.1);
    }
  }
}
