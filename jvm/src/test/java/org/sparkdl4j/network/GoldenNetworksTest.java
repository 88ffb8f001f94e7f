package org.sparkdl4j.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.sparkdl4j.network.GoldenNetworks.Case;
import org.sparkdl4j.spec.Json;

/** Descriptions against the DL4J networks that they become: shapes, parameters, gradients. */
class GoldenNetworksTest {
  private static final int PICTURES = 2;
  private static final double STEP = 1e-6;

  /** What batch normalisation keeps of past minibatches, which DL4J holds among the parameters. */
  private static final Set<String> STATISTICS =
      Set.of(
          BatchNormalizationParamInitializer.GLOBAL_MEAN,
          BatchNormalizationParamInitializer.GLOBAL_LOG_STD);

  static Stream<Case> cases() {
    return GoldenNetworks.all();
  }

  static Stream<Case> quickCases() {
    return cases().filter(example -> example.input[0] < 100);
  }

  static Stream<Case> slowCases() {
    return cases().filter(example -> example.input[0] >= 100);
  }

  static Stream<Case> smallCases() {
    // Dropout draws anew in every pass, but differentiation needs several of one function.
    return cases()
        .filter(example -> example.parameters < 2000)
        .filter(example -> !example.spec.toJson().toString().contains("Dropout"));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void shapesAndParameters(Case example) {
    assertEquals(
        Json.of(example.shapes), Json.of(example.spec.shapes(example.input, example.classes)));
    assertEquals(example.parameters, example.spec.parameters(example.input, example.classes));
  }

  @ParameterizedTest
  @MethodSource("quickCases")
  void dl4jHasTheSameShapesAndParameters(Case example) {
    assertThatDl4jHasTheSame(example);
  }

  @ParameterizedTest
  @Tag("long")
  @MethodSource("slowCases")
  void dl4jHasTheSameShapesAndParametersOfLargePictures(Case example) {
    assertThatDl4jHasTheSame(example);
  }

  private static void assertThatDl4jHasTheSame(Case example) {
    ComputationGraph network = network(example.configuration());
    Map<String, INDArray> outputs = outputs(network, example);
    for (int i = 0; i < example.shapes.size(); i++) {
      String name = example.spec.toJson().get("layers").get(i).path("name").asText("layer" + i);
      INDArray output = outputs.get(name);
      // Dropout of nothing is no layer.
      if (output == null) assertEquals("dropout", example.toString());
      else assertArrayEquals(dl4jShape(example.shapes.get(i)), output.shape(), name);
    }
    long statistics = 0;
    for (Layer layer : network.getLayers()) {
      for (Map.Entry<String, INDArray> parameter : layer.paramTable().entrySet()) {
        if (STATISTICS.contains(parameter.getKey())) statistics += parameter.getValue().length();
      }
    }
    assertEquals(example.parameters, network.numParams() - statistics);
    network.close();
  }

  /** What we make of a description is what DL4J differentiates right, here in double precision. */
  @ParameterizedTest
  @MethodSource("smallCases")
  void gradientsAreRight(Case example) {
    ComputationGraph network = network(inDouble(example.configuration()));
    INDArray pictures = pictures(DataType.DOUBLE, example);
    INDArray labels = Nd4j.zeros(DataType.DOUBLE, PICTURES, example.classes);
    for (int i = 0; i < PICTURES; i++) labels.putScalar(i, i % example.classes, 1);
    DataSet data = new DataSet(pictures, labels);
    // With its first biases, zero, values stand on the very bend of ReLU.
    INDArray parameters = network.params();
    parameters.addi(Nd4j.randn(DataType.DOUBLE, parameters.shape()).mul(0.1));
    network.setInputs(pictures);
    network.setLabels(labels);
    network.computeGradientAndScore();

    Random random = new Random(1);
    for (Map.Entry<String, INDArray> parameter : network.paramTable().entrySet()) {
      String name = parameter.getKey();
      if (STATISTICS.contains(name.substring(name.lastIndexOf('_') + 1))) continue;
      INDArray gradient = network.gradient().getGradientFor(name);
      INDArray values = parameter.getValue();
      for (int i = 0; i < 5; i++) {
        long place = (long) (random.nextDouble() * values.length());
        double value = values.getDouble(place);
        double above = network.score(with(values, place, value + STEP, data), true);
        double below = network.score(with(values, place, value - STEP, data), true);
        values.putScalar(place, value);
        double expected = (above - below) / (2 * STEP);
        double difference = gradient.getDouble(place) / PICTURES - expected;
        assertEquals(0, difference, 1e-7 + 1e-5 * Math.abs(expected), name);
      }
    }
    network.close();
  }

  private static DataSet with(INDArray values, long place, double value, DataSet data) {
    values.putScalar(place, value);
    return data;
  }

  private static ComputationGraph network(NetworkConfiguration configuration) {
    if (configuration.isGraph()) {
      ComputationGraph graph = new ComputationGraph(configuration.graph());
      graph.init();
      return graph;
    }
    MultiLayerNetwork layers = new MultiLayerNetwork(configuration.layers());
    layers.init();
    return layers.toComputationGraph();
  }

  /** What the layers give, by the names that the description gives them. */
  private static Map<String, INDArray> outputs(ComputationGraph network, Case example) {
    Map<String, INDArray> found = network.feedForward(pictures(DataType.FLOAT, example), false);
    NetworkConfiguration configuration = example.configuration();
    if (configuration.isGraph()) return found;
    // DL4J names the vertices that it makes of layers by number.
    Map<String, INDArray> outputs = new HashMap<>();
    List<NeuralNetConfiguration> layers = configuration.layers().getConfs();
    for (int i = 0; i < layers.size(); i++) {
      outputs.put(layers.get(i).getLayer().getLayerName(), found.get("" + i));
    }
    return outputs;
  }

  private static NetworkConfiguration inDouble(NetworkConfiguration configuration) {
    String json = configuration.toJson().replace("\"FLOAT\"", "\"DOUBLE\"");
    return configuration.isGraph()
        ? NetworkConfiguration.of(
            ComputationGraphConfiguration.fromJson(json), configuration.loss())
        : NetworkConfiguration.of(MultiLayerConfiguration.fromJson(json), configuration.loss());
  }

  private static INDArray pictures(DataType type, Case example) {
    Nd4j.getRandom().setSeed(7);
    return Nd4j.randn(type, PICTURES, example.input[2], example.input[0], example.input[1]);
  }

  private static long[] dl4jShape(int[] shape) {
    return shape.length == 1
        ? new long[] {PICTURES, shape[0]}
        : new long[] {PICTURES, shape[2], shape[0], shape[1]};
  }
}
