package org.sparkdl4j.network;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.SubsetVertex;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Layer;

/**
 * {@code Conv2D}: convolution with bias and activation, in groups of channels that do not see each
 * other. DL4J has no groups: a group of its own for every channel becomes its depthwise
 * convolution, other groups become convolutions side by side.
 */
final class ConvolutionSpec extends SingleInputSpec {
  private final int filters;
  private final int groups;
  private final boolean hasBias;
  private final SlidingWindow window;

  ConvolutionSpec(LayerJson json) {
    super(
        json,
        "filters",
        "kernel_size",
        "stride",
        "padding",
        "dilation",
        "groups",
        "use_bias",
        "activation",
        "l1",
        "l2",
        "weight_init");
    filters = json.positive("filters");
    window = SlidingWindow.ofConvolution(json);
    groups = json.positive("groups", 1);
    hasBias = json.flag("use_bias", true);
    if (filters % groups != 0) {
      throw json.invalid(groups + " groups do not divide " + filters + " filters");
    }
  }

  @Override
  int[] outputShape(int[] input, int classes) {
    int[] output = window.outputShape(input, filters);
    if (Shape.channels(input) % groups != 0) {
      throw json.doesNotFit(
          groups + " groups do not divide the " + Shape.channels(input) + " channels of the input");
    }
    return output;
  }

  @Override
  long parameters(int[] input, int classes) {
    long inputs = Math.multiplyExact(window.places(), (long) (Shape.channels(input) / groups));
    return Math.addExact(Math.multiplyExact(inputs, (long) filters), hasBias ? filters : 0);
  }

  @Override
  VertexOutput expand(Expansion target, VertexOutput input) {
    int channels = Shape.channels(input.shape);
    int[] output = outputShape(input.shape, target.classes);
    if (groups == 1) {
      return target.layer(name(), convolution(target.settings, output), output, input);
    }
    if (groups == channels) {
      Layer depthwise =
          DepthwiseConvolutionSpec.layer(
              json, window, filters / groups, hasBias, target.settings, output);
      return target.layer(name(), depthwise, output, input);
    }
    int[] groupInput = Shape.withChannels(input.shape, channels / groups);
    int[] groupOutput = Shape.withChannels(output, filters / groups);
    List<VertexOutput> parts = new ArrayList<>();
    for (int i = 0; i < groups; i++) {
      int first = i * groupInput[2];
      VertexOutput subset =
          target.vertex(
              name() + "/channels" + i,
              new SubsetVertex(first, first + groupInput[2] - 1),
              groupInput,
              List.of(input));
      Layer convolution = convolution(target.settings, groupOutput);
      parts.add(target.layer(name() + "/group" + i, convolution, groupOutput, subset));
    }
    return target.vertex(name(), new MergeVertex(), output, parts);
  }

  private Layer convolution(Settings settings, int[] output) {
    ConvolutionLayer.Builder builder =
        new ConvolutionLayer.Builder(window.size)
            .stride(window.stride)
            .dilation(window.dilation)
            .convolutionMode(window.mode())
            .hasBias(hasBias)
            .nOut(output[2]);
    return Weights.set(builder, json, settings)
        .activation(Activations.of(json, settings.string(json, "activation"), output))
        .build();
  }
}
