package org.sparkdl4j.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
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
import org.sparkdl4j.onednn.OneDnn;

/** A convolution. */
final class ConvolutionPlan extends WeightedPlan {
  /** DL4J's {@code ConvolutionLayer}. */
  static final class Kind extends PlanLayer.Kind<ConvolutionLayer> {
    Kind() {
      super(ConvolutionLayer.class);
    }

    @Override
    String lacks(ConvolutionLayer layer) {
      return ConvolutionPlan.lacks(layer);
    }

    @Override
    List<PlanLayer> create(Place place, ConvolutionLayer layer) {
      int[] kernel = layer.getKernelSize();
      long[] dimensions = {layer.getNOut(), layer.getNIn(), kernel[0], kernel[1]};
      return List.of(
          new ConvolutionPlan(
              place.name,
              WindowSettings.of(layer),
              dimensions,
              OneDnn.desc(dimensions, format_tag.oihw),
              place.offset + biases(layer),
              layer.hasBias() ? place.offset : NONE),
          ActivationPlan.of(place.name, layer.getActivationFn()));
    }
  }

  private static final algorithm[] WINOGRAD_OR_DIRECT = {
    algorithm.convolution_winograd, algorithm.convolution_direct
  };
  private static final int SAFE_CHANNELS = 16;
  private static final algorithm[] DIRECT = {algorithm.convolution_direct};

  private final WindowSettings settings;
  private final long[] weightDimensions;
  private final memory.desc weights;
  private Window window;
  private algorithm[] algorithms;

  /**
   * A convolution.
   *
   * @param weightDimensions {@code [outputs, inputs, height, width]}, or {@code [groups, outputs of
   *     a group, inputs of a group, height, width]}
   * @param weights the weights as DL4J has them in memory
   */
  ConvolutionPlan(
      String name,
      WindowSettings settings,
      long[] weightDimensions,
      memory.desc weights,
      long weightsOffset,
      long biasOffset) {
    super(name, weightsOffset, biasOffset);
    this.settings = settings;
    this.weightDimensions = weightDimensions;
    this.weights = weights;
  }

  /** What of any kind of convolution the plan lacks, or null when it lacks nothing. */
  static String lacks(ConvolutionLayer layer) {
    String lacking = ActivationPlan.lacks(layer.getActivationFn());
    if (lacking != null) return lacking;
    if (layer.getCnn2dDataFormat() != CNN2DFormat.NCHW) return "channels last";
    return layer.getConvolutionMode() == ConvolutionMode.Causal ? "causal padding" : null;
  }

  /** How many biases a convolution has; they are before its weights. */
  static long biases(ConvolutionLayer layer) {
    return layer.hasBias() ? layer.getNOut() : 0;
  }

  @Override
  long[] outputSize(long[] input) {
    return Window.of(settings, input).output;
  }

  @Override
  long[] crop(long[] input, long[] wanted) {
    window = Window.of(settings, input).cropped(wanted);
    return window.input;
  }

  @Override
  long[] outputDimensions() {
    if (window == null) window = Window.of(settings, input.size());
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
    memory.data_type type = type(chain, input.dimensions[1], outputs());
    List<Formats> formats = new ArrayList<>();
    for (ImageFormat format :
        ImageFormat.candidates(
            !input.hasGradient, window.isOf(1, 1), input.dimensions[1], outputs())) {
      formats.add(
          new Formats(
                  format.name(),
                  format.input(input.dimensions, type),
                  format.output(dimensions, type))
              .preferring(format.implementation()));
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
    return first(
        algorithm ->
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
                true));
  }

  @Override
  primitive_desc describeWeights(
      memory.desc from,
      memory.desc weights,
      memory.desc bias,
      memory.desc to,
      primitive_attr attributes,
      primitive_desc forward) {
    return first(
        algorithm ->
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
                true));
  }

  @Override
  primitive_desc describeData(
      memory.desc from,
      memory.desc weights,
      memory.desc to,
      primitive_attr attributes,
      primitive_desc forward) {
    return first(
        algorithm ->
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
                true));
  }

  /** The first of the algorithms that oneDNN can compute with, or null. */
  private primitive_desc first(Function<algorithm, primitive_desc> describe) {
    for (algorithm algorithm : algorithms) {
      primitive_desc found = describe.apply(algorithm);
      boolean works = found.asBoolean();
      while (works && writesBehindItsScratchpad(found)) works = found.next_impl();
      if (works) return found;
    }
    return null;
  }

  /**
   * Whether oneDNN 2.5.2 takes too little memory for what it computes with: 1x1 kernels with a
   * stride over fewer than 16 channels, up to a third too little.
   */
  private boolean writesBehindItsScratchpad(primitive_desc description) {
    return window.isOf(1, 1)
        && !window.isDense()
        && Math.min(input.dimensions[1], outputs()) < SAFE_CHANNELS
        && OneDnn.implementation(description).startsWith("jit_1x1");
  }

  private long outputs() {
    return weightDimensions.length == 4
        ? weightDimensions[0]
        : weightDimensions[0] * weightDimensions[1];
  }
}
