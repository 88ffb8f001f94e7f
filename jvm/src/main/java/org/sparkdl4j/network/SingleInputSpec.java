package org.sparkdl4j.network;

import java.util.List;

/** A layer that takes one output. */
abstract class SingleInputSpec extends LayerSpec {
  SingleInputSpec(LayerJson json, String... keys) {
    super(json, keys);
    if (inputs != null && inputs.size() != 1) {
      throw json.invalid("inputs must name one layer, but names " + String.join(", ", inputs));
    }
  }

  abstract int[] outputShape(int[] input, int classes);

  long parameters(int[] input, int classes) {
    return 0;
  }

  abstract VertexOutput expand(Expansion target, VertexOutput input);

  @Override
  final int[] outputShape(List<int[]> inputs, int classes) {
    return outputShape(inputs.get(0), classes);
  }

  @Override
  final long parameters(List<int[]> inputs, int classes) {
    return parameters(inputs.get(0), classes);
  }

  @Override
  final VertexOutput expand(Expansion target, List<VertexOutput> inputs) {
    return expand(target, inputs.get(0));
  }
}
