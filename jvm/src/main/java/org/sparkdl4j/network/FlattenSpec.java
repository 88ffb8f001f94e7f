package org.sparkdl4j.network;

import java.util.List;
import org.deeplearning4j.nn.conf.graph.PreprocessorVertex;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;

/** {@code Flatten}: all values of an image as units, channel by channel. */
final class FlattenSpec extends SingleInputSpec {
  FlattenSpec(LayerJson json) {
    super(json);
  }

  @Override
  int[] outputShape(int[] input, int classes) {
    if (!Shape.isImage(input)) throw json.takesImages(input);
    return new int[] {Math.toIntExact(Shape.size(input))};
  }

  @Override
  VertexOutput expand(Expansion target, VertexOutput input) {
    int[] shape = input.shape;
    PreprocessorVertex vertex =
        new PreprocessorVertex(new CnnToFeedForwardPreProcessor(shape[0], shape[1], shape[2]));
    return target.vertex(name(), vertex, outputShape(shape, target.classes), List.of(input));
  }
}
