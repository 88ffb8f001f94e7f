package org.sparkdl4j.network;

import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.sparkdl4j.spec.Json;

/**
 * {@code SqueezeExcite}: every channel times a weight between 0 and 1 that two small layers make of
 * all channels' means (Hu et al., Squeeze-and-Excitation Networks, 2018).
 */
final class SqueezeExciteSpec extends SingleInputSpec {
  private final int ratio;

  SqueezeExciteSpec(LayerJson json) {
    super(json, "ratio");
    ratio = json.positive("ratio", 16);
  }

  @Override
  int[] outputShape(int[] input, int classes) {
    if (!Shape.isImage(input)) throw json.takesImages(input);
    return input;
  }

  @Override
  long parameters(int[] input, int classes) {
    return scale(input).parameters(input, classes);
  }

  @Override
  VertexOutput expand(Expansion target, VertexOutput input) {
    VertexOutput scale = scale(input.shape).expand(target, input);
    return target.vertex(
        name(),
        new ElementWiseVertex(ElementWiseVertex.Op.Product),
        input.shape,
        List.of(input, scale));
  }

  /** The layers that make the channels' weights. */
  private LayerList scale(int[] input) {
    int channels = Shape.channels(input);
    return new LayerList(
        Json.of(
            List.of(
                Map.of("type", "GlobalPool", "name", "pool", "keep_dims", true),
                convolution("reduce", Math.max(1, channels / ratio), "relu"),
                convolution("expand", channels, "sigmoid"))),
        index -> Place.inside(json.place, "", name() + "/", index));
  }

  private static Map<String, Object> convolution(String name, int filters, String activation) {
    return Map.of(
        "type",
        "Conv2D",
        "name",
        name,
        "filters",
        filters,
        "kernel_size",
        new int[] {1, 1},
        "activation",
        activation);
  }
}
