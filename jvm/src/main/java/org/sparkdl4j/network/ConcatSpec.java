package org.sparkdl4j.network;

import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;

/** {@code Concat}: the channels of all inputs, or their units, one after the other. */
final class ConcatSpec extends CombiningSpec {
  ConcatSpec(LayerJson json) {
    super(json);
  }

  @Override
  int[] outputShape(List<int[]> inputs, int classes) {
    int[] first = inputs.get(0);
    int channels = 0;
    for (int[] input : inputs) {
      int[] alike = Shape.withChannels(input, Shape.channels(first));
      if (!Arrays.equals(first, alike)) throw doNotFit(inputs);
      channels = Math.addExact(channels, Shape.channels(input));
    }
    return Shape.withChannels(first, channels);
  }

  @Override
  GraphVertex vertex() {
    return new MergeVertex();
  }
}
