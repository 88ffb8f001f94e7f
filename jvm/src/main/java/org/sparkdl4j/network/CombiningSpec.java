package org.sparkdl4j.network;

import java.util.List;
import java.util.stream.Collectors;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.sparkdl4j.error.SparkDl4jException;

/** A layer without parameters that makes one output of several. */
abstract class CombiningSpec extends LayerSpec {
  CombiningSpec(LayerJson json) {
    super(json);
    if (inputs == null || inputs.size() < 2) {
      throw json.invalid("inputs must name at least two layers");
    }
  }

  /** DL4J's vertex. */
  abstract GraphVertex vertex();

  @Override
  final long parameters(List<int[]> inputs, int classes) {
    return 0;
  }

  @Override
  final VertexOutput expand(Expansion target, List<VertexOutput> inputs) {
    List<int[]> shapes = inputs.stream().map(input -> input.shape).collect(Collectors.toList());
    return target.vertex(name(), vertex(), outputShape(shapes, target.classes), inputs);
  }

  /** The inputs' shapes do not go together. */
  SparkDl4jException doNotFit(List<int[]> inputs) {
    String shapes = inputs.stream().map(Shape::text).collect(Collectors.joining(" and "));
    return json.doesNotFit(json.type + " cannot take " + shapes);
  }
}
