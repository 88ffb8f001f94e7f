package org.sparkdl4j.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.spec.Json;
import org.sparkdl4j.spec.Options;

/** The shapes and parameters that Python computes too, against DL4J's own networks. */
class GoldenNetworksTest {
  /** One network and what it must be. */
  static final class Case {
    private final JsonNode json;
    private final NetworkSpec spec;
    private final int[] input;
    private final int classes;

    private Case(JsonNode json) {
      this.json = json;
      spec =
          json.has("reference")
              ? NetworkSpec.reference(json.get("reference").asText())
              : NetworkSpec.of((ObjectNode) json.get("network"));
      input = ints(json.get("input_shape"));
      classes = json.get("classes").asInt();
    }

    @Override
    public String toString() {
      return json.get("name").asText();
    }

    private List<int[]> shapes() {
      List<int[]> shapes = new ArrayList<>();
      for (JsonNode shape : json.get("shapes")) shapes.add(ints(shape));
      return shapes;
    }

    private NetworkConfiguration configuration() {
      return spec.toConfiguration(input, classes, new Options("network", Json.object()), 1);
    }
  }

  static Stream<Case> cases() throws IOException {
    Path folder = Paths.get(System.getProperty("sparkdl4j.golden", "tests/golden"));
    String text = new String(Files.readAllBytes(folder.resolve("networks.json")));
    JsonNode cases = Json.readObject(text, "networks.json").get("cases");
    return StreamSupport.stream(cases.spliterator(), false).map(Case::new);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void shapesAndParameters(Case example) {
    assertEquals(
        Json.write(example.json.get("shapes")),
        Json.write(Json.of(example.spec.shapes(example.input, example.classes))));
    assertEquals(
        example.json.get("parameters").asLong(),
        example.spec.parameters(example.input, example.classes));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void asInDl4j(Case example) {
    Map<String, INDArray> outputs = new HashMap<>();
    long parameters;
    INDArray pictures = Nd4j.rand(DataType.FLOAT, 2, example.input[2], example.input[0], example.input[1]);
    NetworkConfiguration configuration = example.configuration();
    if (configuration.isGraph()) {
      ComputationGraph graph = new ComputationGraph(configuration.graph());
      graph.init();
      parameters = trained(graph, graph.getLayers());
      outputs.putAll(graph.feedForward(pictures, false));
    } else {
      MultiLayerNetwork layers = new MultiLayerNetwork(configuration.layers());
      layers.init();
      parameters = trained(layers, layers.getLayers());
      List<INDArray> activations = layers.feedForward(pictures);
      for (int i = 1; i < activations.size(); i++) {
        String name = layers.getLayer(i - 1).conf().getLayer().getLayerName();
        outputs.put(name, activations.get(i));
      }
    }
    assertEquals(example.json.get("parameters").asLong(), parameters);
    List<int[]> shapes = example.shapes();
    for (int i = 0; i < shapes.size(); i++) {
      String name = example.spec.toJson().get("layers").get(i).path("name").asText("layer" + i);
      INDArray output = outputs.get(name);
      // A layer that drops nothing becomes no layer.
      if (output == null) assertEquals("dropout", example.toString());
      else assertArrayEquals(dl4jShape(shapes.get(i)), output.shape(), name);
    }
  }

  private static long trained(Model network, org.deeplearning4j.nn.api.Layer[] layers) {
    long trained = network.numParams();
    for (org.deeplearning4j.nn.api.Layer layer : layers) {
      if (layer.conf().getLayer() instanceof BatchNormalization) {
        trained -= layer.getParam(BatchNormalizationParamInitializer.GLOBAL_MEAN).length();
        trained -= layer.getParam(BatchNormalizationParamInitializer.GLOBAL_LOG_STD).length();
      }
    }
    return trained;
  }

  private static long[] dl4jShape(int[] shape) {
    return shape.length == 1
        ? new long[] {2, shape[0]}
        : new long[] {2, shape[2], shape[0], shape[1]};
  }

  private static int[] ints(JsonNode array) {
    int[] integers = new int[array.size()];
    for (int i = 0; i < integers.length; i++) integers[i] = array.get(i).asInt();
    return integers;
  }
}
