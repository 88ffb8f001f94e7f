package org.sparkdl4j.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.sparkdl4j.dl4j.Dl4jNetwork;
import org.sparkdl4j.network.NetworkConfiguration;
import org.sparkdl4j.network.NetworkSpec;
import org.sparkdl4j.network.SafeConfiguration;
import org.sparkdl4j.spec.Json;
import org.sparkdl4j.spec.Options;

class WeightInitTest {
  private static final int[] SHAPE = {9, 8, 2};

  static List<String> names() {
    List<String> names = new ArrayList<>();
    for (JsonNode name : Options.option("network", "weight_init").get("choices")) {
      names.add(name.asText());
    }
    return names;
  }

  /** The first weights are those of the same network in DL4J, and the model file may say so. */
  @ParameterizedTest
  @MethodSource("names")
  void isDl4js(String name) {
    WeightInit theirs = WeightInit.valueOf(name.toUpperCase(Locale.ROOT));
    MultiLayerNetwork expected =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(7)
                .updater(new Adam(0.001))
                .weightInit(theirs)
                .list()
                .layer(new ConvolutionLayer.Builder(3, 3).nOut(4).build())
                .layer(new DenseLayer.Builder().nOut(6).build())
                .layer(new OutputLayer.Builder(LossFunction.MCXENT).nOut(3).build())
                .setInputType(InputType.convolutional(SHAPE[0], SHAPE[1], SHAPE[2]))
                .build());
    expected.init();
    String layers =
        "{\"layers\":[{\"type\":\"Conv2D\",\"filters\":4,\"kernel_size\":[3,3]},"
            + "{\"type\":\"Dense\",\"units\":6},{\"type\":\"Output\"}]}";
    NetworkConfiguration configuration =
        NetworkSpec.of(Json.readObject(layers, "network"))
            .toConfiguration(
                SHAPE, 3, new Options("network", Json.object().put("weight_init", name)), 7);
    try (Dl4jNetwork found = new Dl4jNetwork(configuration, SHAPE)) {
      assertEquals(expected.params(), found.parameters());
    }
    JsonNode json = Json.readObject(configuration.toJson(), "configuration");
    assertNull(SafeConfiguration.forbiddenClass(json));
  }
}
