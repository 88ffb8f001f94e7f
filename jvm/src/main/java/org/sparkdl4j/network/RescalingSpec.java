package org.sparkdl4j.network;

import java.util.List;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.conf.graph.ShiftVertex;

/** {@code Rescaling}: every value times {@code scale}, plus {@code offset}. */
final class RescalingSpec extends SingleInputSpec {
  private final double scale;
  private final double offset;

  RescalingSpec(LayerJson json) {
    super(json, "scale", "offset");
    scale = json.number("scale");
    offset = json.number("offset", 0);
  }

  @Override
  int[] outputShape(int[] input, int classes) {
    return input;
  }

  @Override
  VertexOutput expand(Expansion target, VertexOutput input) {
    String scaled = offset == 0 ? name() : name() + "/scale";
    VertexOutput output =
        target.vertex(scaled, new ScaleVertex(scale), input.shape, List.of(input));
    return offset == 0
        ? output
        : target.vertex(name(), new ShiftVertex(offset), input.shape, List.of(output));
  }
}
