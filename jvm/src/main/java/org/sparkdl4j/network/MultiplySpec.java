package org.sparkdl4j.network;

import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;

/** {@code Multiply}: its first input times the second, of the same shape or one per channel. */
final class MultiplySpec extends CombiningSpec {
  MultiplySpec(LayerJson json) {
    super(json);
    if (inputs.size() != 2) {
      throw json.invalid("inputs must name two layers, but names " + String.join(", ", inputs));
    }
  }

  @Override
  int[] outputShape(List<int[]> inputs, int classes) {
    int[] first = inputs.get(0);
    int[] scale = inputs.get(1);
    int[] perChannel = {1, 1, Shape.channels(first)};
    boolean broadcasts = Shape.isImage(first) && Arrays.equals(perChannel, scale);
    if (!broadcasts && !Arrays.equals(first, scale)) throw doNotFit(inputs);
    return first;
  }

  @Override
  GraphVertex vertex() {
    return new ElementWiseVertex(ElementWiseVertex.Op.Product);
  }
}
