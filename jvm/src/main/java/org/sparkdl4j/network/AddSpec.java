package org.sparkdl4j.network;

import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;

/** {@code Add}: the sum of inputs of one shape. */
final class AddSpec extends CombiningSpec {
  AddSpec(LayerJson json) {
    super(json);
  }

  @Override
  int[] outputShape(List<int[]> inputs, int classes) {
    int[] first = inputs.get(0);
    if (!inputs.stream().allMatch(input -> Arrays.equals(first, input))) throw doNotFit(inputs);
    return first;
  }

  @Override
  GraphVertex vertex() {
    return new ElementWiseVertex(ElementWiseVertex.Op.Add);
  }
}
