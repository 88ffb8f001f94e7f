package org.sparkdl4j.plan;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.convolution_backward_data;
import org.bytedeco.dnnl.convolution_backward_weights;
import org.bytedeco.dnnl.convolution_forward;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.format_tag;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.dnnl.primitive_desc;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;

/** A convolution. */
final class ConvolutionPlan extends WeightedPlan {
  /** DL4J's {@code ConvolutionLayer}. */
  static final class Kind extends PlanLayer.Kind<ConvolutionLayer> {
    Kind() {
      super(ConvolutionLayer.class);
    }

    @Override
    String lacks(ConvolutionLayer layer) {
      if (Activation.of(layer.getActivationFn()) == null) return "" + layer.getActivationFn();
      return lacksGeometry(layer);
    }

    @Override
    List<PlanLayer> create(Place place, ConvolutionLayer layer) {
      long outputs = layer.getNOut();
      boolean hasBias = layer.hasBias();
      int[] kernel = layer.getKernelSize();
      return List.of(
          new ConvolutionPlan(
              place.name,
              layer,
              new long[] {outputs, layer.getNIn(), kernel[0], kernel[1]},
              OneDnn.desc(
                  new long[] {outputs, layer.getNIn(), kernel[0], kernel[1]}, format_tag.oihw),
              place.offset + (hasBias ? outputs : 0),
              hasBias ? place.offset : NONE),
          new ActivationPlan(place.name, Activation.of(layer.getActivationFn())));
    }
  }

  private static final algorithm[] WINOGRAD_OR_DIRECT = {
    algorithm.convolution_winograd, algorithm.convolution_direct
  };
  private static final algorithm[] DIRECT = {algorithm.convolution_direct};

  private final ConvolutionLayer layer;
  private final long[] weightDimensions;
  private final memory.desc weights;
  private Window window;
  private algorithm[] algorithms;

  /**
   * A convolution.
   *
   * @param layer its window
   * @param weightDimensions {@code [outputs, inputs, height, width]}, or {@code [groups, outputs of
   *     a group, inputs of a group, height, width]}
   * @param weights the weights as DL4J has them in memory
   */
  ConvolutionPlan(
      String name,
      ConvolutionLayer layer,
      long[] weightDimensions,
      memory.desc weights,
      long weightsOffset,
      long biasOffset) {
    super(name, weightsOffset, biasOffset);
    this.layer = layer;
    this.weightDimensions = weightDimensions;
    this.weights = weights;
  }

  /** What of a convolution's window the plan lacks, or null when it lacks nothing. */
  static String lacksGeometry(ConvolutionLayer layer) {
    if (layer.getCnn2dDataFormat() != CNN2DFormat.NCHW) return "channels last";
    return layer.getConvolutionMode() == ConvolutionMode.Causal ? "causal padding" : null;
  }

  @Override
  long[] outputDimensions() {
    window =
        new Window(
            layer.getKernelSize(),
            layer.getStride(),
            layer.getDilation(),
            layer.getPadding(),
            layer.getConvolutionMode(),
            input);
    boolean winograd =
        input.hasGradient && weightDimensions.length == 4 && window.isOf(3, 3) && window.isDense();
    algorithms = winograd ? WINOGRAD_OR_DIRECT : DIRECT;
    return new long[] {input.dimensions[0], outputs(), window.output[0], window.output[1]};
  }

  @Override
  long[] weightDimensions() {
    return weightDimensions;
  }

  @Override
  memory.desc weights() {
    return weights;
  }

  @Override
  List<Formats> formats(Chain chain, long[] dimensions) {
    // The first layer is float32 always: pictures are, and it decides what the others see.
    memory.data_type type = input.hasGradient ? chain.type() : OneDnn.FLOAT;
    List<Formats> formats = new ArrayList<>();
    for (ImageFormat format :
        ImageFormat.candidates(!input.hasGradient, input.dimensions[1], outputs())) {
      formats.add(
          new Formats(format.input(input.dimensions, type), format.output(dimensions, type)));
    }
    return formats;
  }

  @Override
  primitive_desc describeForward(
      prop_kind kind,
      memory.desc from,
      memory.desc weights,
      memory.desc bias,
      memory.desc to,
      primitive_attr attributes) {
    for (algorithm algorithm : algorithms) {
      primitive_desc found =
          new convolution_forward.primitive_desc(
              new convolution_forward.desc(
                  kind,
                  algorithm,
                  from,
                  weights,
                  bias,
                  to,
                  window.stride,
                  window.gaps,
                  window.before,
                  window.after),
              attributes,
              OneDnn.ENGINE,
              true);
      if (found.asBoolean()) return found;
    }
    return null;
  }

  @Override
  primitive_desc describeWeights(
      memory.desc from,
      memory.desc weights,
      memory.desc bias,
      memory.desc to,
      primitive_attr attributes,
      primitive_desc forward) {
    for (algorithm algorithm : algorithms) {
      primitive_desc found =
          new convolution_backward_weights.primitive_desc(
              new convolution_backward_weights.desc(
                  algorithm,
                  from,
                  weights,
                  bias,
                  to,
                  window.stride,
                  window.gaps,
                  window.before,
                  window.after),
              attributes,
              OneDnn.ENGINE,
              (convolution_forward.primitive_desc) forward,
              true);
      if (found.asBoolean()) return found;
    }
    return null;
  }

  @Override
  primitive_desc describeData(
      memory.desc from,
      memory.desc weights,
      memory.desc to,
      primitive_attr attributes,
      primitive_desc forward) {
    for (algorithm algorithm : algorithms) {
      primitive_desc found =
          new convolution_backward_data.primitive_desc(
              new convolution_backward_data.desc(
                  algorithm,
                  from,
                  weights,
                  to,
                  window.stride,
                  window.gaps,
                  window.before,
                  window.after),
              attributes,
              OneDnn.ENGINE,
              (convolution_forward.primitive_desc) forward,
              true);
      if (found.asBoolean()) return found;
    }
    return null;
  }

  private long outputs() {
    return weightDimensions.length == 4
        ? weightDimensions[0]
        : weightDimensions[0] * weightDimensions[1];
  }
}
