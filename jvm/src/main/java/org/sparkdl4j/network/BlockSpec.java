package org.sparkdl4j.network;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.sparkdl4j.spec.Json;

/**
 * {@code Block}: the activation of the sum of what its layers and its shortcut make of the input
 * (He et al., Deep Residual Learning for Image Recognition, 2016). Without a shortcut of its own,
 * this is the input, or where the shapes differ a projection to the layers' shape: a 1x1
 * convolution and batch normalisation (the paper's option B).
 */
final class BlockSpec extends SingleInputSpec {
  private final LayerList layers;
  private final LayerList shortcut;
  private final String activation;

  BlockSpec(LayerJson json) {
    super(json, "layers", "shortcut", "activation");
    layers = list(json.array("layers"), "", name() + "/");
    shortcut = json.has("shortcut") ? shortcut(json.array("shortcut")) : null;
    activation = json.text("activation", "relu");
    if (layers.layers().isEmpty()) throw json.invalid("layers must hold at least one layer");
  }

  @Override
  int[] outputShape(int[] input, int classes) {
    int[] output = layers.outputShape(input, classes);
    int[] other = shortcut(input, output).outputShape(input, classes);
    if (!Arrays.equals(output, other)) {
      throw json.doesNotFit(
          String.format(
              "Block cannot add the %s of its layers and the %s of its shortcut",
              Shape.text(output), Shape.text(other)));
    }
    return output;
  }

  @Override
  long parameters(int[] input, int classes) {
    int[] output = layers.outputShape(input, classes);
    return Math.addExact(
        layers.parameters(input, classes), shortcut(input, output).parameters(input, classes));
  }

  @Override
  VertexOutput expand(Expansion target, VertexOutput input) {
    VertexOutput output = layers.expand(target, input);
    VertexOutput other = shortcut(input.shape, output.shape).expand(target, input);
    boolean linear = activation.equals("identity");
    VertexOutput sum =
        target.vertex(
            linear ? name() : name() + "/add",
            new ElementWiseVertex(ElementWiseVertex.Op.Add),
            output.shape,
            List.of(output, other));
    if (linear) return sum;
    ActivationLayer layer =
        new ActivationLayer.Builder()
            .activation(Activations.of(json, activation, sum.shape))
            .build();
    return target.layer(name(), layer, sum.shape, sum);
  }

  private LayerList shortcut(int[] input, int[] output) {
    if (shortcut != null) return shortcut;
    if (Arrays.equals(input, output) || !Shape.isImage(input) || !Shape.isImage(output)) {
      return shortcut(Json.of(List.of()));
    }
    // The smallest stride that leaves no more rows and columns than the layers do.
    int[] stride = {(input[0] - 1) / output[0] + 1, (input[1] - 1) / output[1] + 1};
    return shortcut(
        Json.of(
            List.of(
                Map.of(
                    "type",
                    "Conv2D",
                    "name",
                    "conv",
                    "filters",
                    output[2],
                    "kernel_size",
                    new int[] {1, 1},
                    "stride",
                    stride,
                    "use_bias",
                    false,
                    "activation",
                    "identity"),
                Map.of("type", "BatchNorm", "name", "norm"))));
  }

  private LayerList shortcut(JsonNode list) {
    return list(list, "shortcut.", name() + "/shortcut/");
  }

  private LayerList list(JsonNode list, String number, String prefix) {
    LayerList inside =
        new LayerList(list, index -> Place.inside(json.place, number, prefix, index));
    inside.checkNoOutput(inside.layers().size());
    return inside;
  }
}
