package org.sparkdl4j.network;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.conf.graph.ShiftVertex;
import org.deeplearning4j.nn.conf.graph.SubsetVertex;

/** {@code Normalization}: every channel less its given mean, by the root of its given variance. */
final class NormalizationSpec extends SingleInputSpec {
  private final double[] mean;
  private final double[] variance;

  NormalizationSpec(LayerJson json) {
    super(json, "mean", "variance");
    mean = json.numbers("mean");
    variance = json.numbers("variance");
    if (mean.length != variance.length) {
      throw json.invalid(
          String.format(
              "mean and variance must be of one length, but are of %d and %d",
              mean.length, variance.length));
    }
    for (double value : variance) {
      if (!(value > 0)) throw json.invalid("variance must be above 0, but is " + value);
    }
  }

  @Override
  int[] outputShape(int[] input, int classes) {
    if (Shape.channels(input) != mean.length) {
      throw json.doesNotFit(
          String.format(
              "Normalization has %d means, but its input has %d channels",
              mean.length, Shape.channels(input)));
    }
    return input;
  }

  @Override
  VertexOutput expand(Expansion target, VertexOutput input) {
    int[] shape = Shape.withChannels(input.shape, 1);
    List<VertexOutput> channels = new ArrayList<>();
    for (int i = 0; i < mean.length; i++) {
      VertexOutput channel =
          target.vertex(name() + "/channel" + i, new SubsetVertex(i, i), shape, List.of(input));
      VertexOutput shifted =
          target.vertex(name() + "/shift" + i, new ShiftVertex(-mean[i]), shape, List.of(channel));
      channels.add(
          target.vertex(
              name() + "/scale" + i,
              new ScaleVertex(1 / Math.sqrt(variance[i])),
              shape,
              List.of(shifted)));
    }
    return target.vertex(name(), new MergeVertex(), input.shape, channels);
  }
}
