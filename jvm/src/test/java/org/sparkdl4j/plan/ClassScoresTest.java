package org.sparkdl4j.plan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.sparkdl4j.dl4j.ClassScores;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.network.NetworkConfiguration;
import org.sparkdl4j.network.NetworkSpec;
import org.sparkdl4j.spec.Json;
import org.sparkdl4j.spec.Options;

/** Derivatives of class scores against differences of what DL4J predicts. */
class ClassScoresTest {
  private static final double STEP = 1e-5;
  private static final double TOLERANCE = 1e-4;

  /**
   * Derivatives with respect to the pictures, through every layer, in networks that nobody has
   * thought of: normalisation, dropout, blocks and all.
   */
  @Test
  void differentiatesAsTheNetworkPredicts() {
    int compared = 0;
    for (long seed = 0; seed < 40; seed++) {
      RandomNetwork network = RandomNetwork.smooth(seed);
      if (network.configuration.loss().isSigmoid()) continue;
      Random random = new Random(seed);
      try (StockNetwork stock = new StockNetwork(network.configuration, random);
          ClassScores scores = new ClassScores(network.configuration, stock.parameters())) {
        INDArray pictures =
            Nd4j.create(
                random.doubles((long) 2 * size(network.shape), -1, 1).toArray(),
                new long[] {2, network.shape[2], network.shape[0], network.shape[1]},
                'c');
        // Softmax knows differences of scores only.
        INDArray gradient =
            scores
                .of(pictures, new int[] {1, 1}, stock.firstInput())
                .gradients()
                .sub(scores.of(pictures, new int[] {0, 0}, stock.firstInput()).gradients());
        for (int k = 0; k < 6; k++) {
          long at = random.nextInt((int) pictures.length());
          double value = pictures.getDouble(at);
          int picture = (int) (at / size(network.shape));
          pictures.putScalar(at, value + STEP);
          double above = stock.difference(pictures, picture);
          pictures.putScalar(at, value - STEP);
          double below = stock.difference(pictures, picture);
          pictures.putScalar(at, value);
          double expected = (above - below) / (2 * STEP);
          assertEquals(
              expected,
              gradient.getDouble(at),
              TOLERANCE * (1 + Math.abs(expected)),
              network.toString());
          compared += expected != 0 ? 1 : 0;
        }
      }
    }
    assertTrue(compared > 60, compared + " compared");
  }

  @Test
  void refusesLayersWithoutMaps() {
    NetworkConfiguration dense = configuration("{\"type\": \"Dense\", \"units\": 3}");
    NetworkConfiguration conv =
        configuration(
            "{\"type\": \"Conv2D\", \"filters\": 2, \"kernel_size\": [3, 3], \"name\": \"eyes\"},"
                + "{\"type\": \"Dense\", \"units\": 3}");
    INDArray picture = Nd4j.rand(DataType.FLOAT, 1, 1, 5, 6);
    int[] classes = {0};
    try (ClassScores none = scores(dense);
        ClassScores some = scores(conv)) {
      SparkDl4jException thrown =
          assertThrows(SparkDl4jException.class, () -> none.of(picture, classes, null));
      assertEquals(ErrorCode.NETWORK_INVALID, thrown.code());
      thrown = assertThrows(SparkDl4jException.class, () -> some.of(picture, classes, "ears"));
      assertEquals(ErrorCode.PARAMETER_RANGE, thrown.code());
      assertTrue(thrown.getMessage().contains("eyes"), thrown.getMessage());
      long[] shape = {1, 2, 3, 4};
      assertArrayEquals(shape, some.of(picture, classes, "eyes").gradients().shape());
      assertArrayEquals(shape, some.of(picture, classes, null).values().shape());
    }
  }

  private static ClassScores scores(NetworkConfiguration configuration) {
    try (Dl4jCore core = new Dl4jCore(configuration, new int[] {5, 6, 1})) {
      return new ClassScores(configuration, core.network().params());
    }
  }

  private static NetworkConfiguration configuration(String layers) {
    return NetworkSpec.of(
            Json.readObject("{\"layers\": [" + layers + ", {\"type\": \"Output\"}]}", "network"))
        .toConfiguration(new int[] {5, 6, 1}, 2, new Options("network", Json.object()), 1);
  }

  private static int size(int[] shape) {
    return shape[0] * shape[1] * shape[2];
  }

  /** DL4J's own network, in double precision, with parameters of chance. */
  private static final class StockNetwork implements AutoCloseable {
    private final MultiLayerNetwork layers;
    private final ComputationGraph graph;

    StockNetwork(NetworkConfiguration configuration, Random random) {
      if (configuration.isGraph()) {
        ComputationGraph initial = new ComputationGraph(configuration.graph().clone());
        initial.init();
        graph = initial.convertDataType(DataType.DOUBLE);
        layers = null;
      } else {
        MultiLayerNetwork initial = new MultiLayerNetwork(configuration.layers().clone());
        initial.init();
        layers = initial.convertDataType(DataType.DOUBLE);
        graph = null;
      }
      // Running statistics too: as they begin, normalisation does nothing.
      INDArray parameters = parameters();
      for (long i = 0; i < parameters.length(); i++) {
        parameters.putScalar(i, parameters.getDouble(i) + 0.3 * random.nextGaussian());
      }
    }

    INDArray parameters() {
      return graph == null ? layers.params() : graph.params();
    }

    /** What the pictures themselves are called, to differentiate with respect to them. */
    String firstInput() {
      return graph == null
          ? ClassScores.PICTURES
          : graph.getConfiguration().getNetworkInputs().get(0);
    }

    /** By how much the score of class 1 is above that of class 0. */
    double difference(INDArray pictures, int picture) {
      INDArray output = graph == null ? layers.output(pictures) : graph.outputSingle(pictures);
      return Math.log(output.getDouble(picture, 1)) - Math.log(output.getDouble(picture, 0));
    }

    @Override
    public void close() {
      if (graph == null) layers.close();
      else graph.close();
    }
  }
}
