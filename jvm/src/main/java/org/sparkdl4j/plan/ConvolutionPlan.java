package org.sparkdl4j.plan;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;

import org.bytedeco.dnnl.convolution_backward_data;
import org.bytedeco.dnnl.convolution_backward_weights;
import org.bytedeco.dnnl.convolution_forward;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.format_tag;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.dnnl.primitive_desc_base;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;

/** A convolution with bias and activation. */
final class ConvolutionPlan extends PlanLayer {
  /** DL4J's {@code ConvolutionLayer}. */
  static final class Kind extends PlanLayer.Kind<ConvolutionLayer> {
    Kind() {
      super(ConvolutionLayer.class);
    }

    @Override
    String lacks(ConvolutionLayer layer) {
      if (Activation.of(layer.getActivationFn()) == null) return "" + layer.getActivationFn();
      if (!layer.hasBias()) return "a convolution without bias";
      if (layer.getDilation()[0] != 1 || layer.getDilation()[1] != 1) return "dilation";
      if (layer.getCnn2dDataFormat() != CNN2DFormat.NCHW) return "channels last";
      if (layer.getConvolutionMode() == ConvolutionMode.Causal) return "causal padding";
      return null;
    }

    @Override
    PlanLayer create(String name, ConvolutionLayer layer, long offset, int number) {
      return new ConvolutionPlan(name, layer, offset);
    }
  }

  /** Descriptions that fit together, in formats that oneDNN can compute all of them with. */
  private static final class Choice {
    private convolution_forward.primitive_desc forward;

    /** Without the activation: what backward refers to. */
    private convolution_forward.primitive_desc plain;

    private convolution_backward_weights.primitive_desc weights;
    private convolution_backward_data.primitive_desc data;
    private boolean isFused;

    private boolean isReference() {
      return OneDnn.isReference(forward)
          || OneDnn.isReference(weights)
          || (data != null && OneDnn.isReference(data));
    }
  }

  private static final algorithm[] WINOGRAD_OR_DIRECT = {
    algorithm.convolution_winograd, algorithm.convolution_direct
  };
  private static final algorithm[] DIRECT = {algorithm.convolution_direct};

  private final ConvolutionLayer layer;
  private final Activation activation;
  private final long biasOffset;
  private final long weightsOffset;
  private final memory.desc weightsDesc;
  private final memory.desc anyWeights;
  private final memory.desc biasDesc;

  private Window window;
  private algorithm[] algorithms;
  private Choice choice;
  private Tensor input;
  private memory source;
  private Tensor output;

  private ConvolutionPlan(String name, ConvolutionLayer layer, long offset) {
    super(name);
    this.layer = layer;
    activation = Activation.of(layer.getActivationFn());
    biasOffset = offset;
    weightsOffset = offset + layer.getNOut();
    int[] kernel = layer.getKernelSize();
    long[] dimensions = {layer.getNOut(), layer.getNIn(), kernel[0], kernel[1]};
    weightsDesc = OneDnn.desc(dimensions, format_tag.oihw);
    anyWeights = OneDnn.desc(dimensions, format_tag.any);
    biasDesc = OneDnn.desc(new long[] {layer.getNOut()}, format_tag.x);
  }

  @Override
  Tensor forward(Chain chain, Tensor input) {
    this.input = input;
    window =
        new Window(
            layer.getKernelSize(),
            layer.getStride(),
            layer.getPadding(),
            layer.getConvolutionMode(),
            input);
    algorithms = window.isOf(3, 3) && input.hasGradient ? WINOGRAD_OR_DIRECT : DIRECT;
    long[] dimensions = {input.dimensions[0], layer.getNOut(), window.output[0], window.output[1]};
    choice = choose(chain, dimensions);
    source = chain.input(name, input, choice.forward.src_desc());
    output = chain.output(dimensions, choice.forward.dst_desc(), true).after(activation);
    chain.forward(
        name + ".forward",
        choice.forward,
        new convolution_forward(choice.forward),
        DNNL_ARG_SRC,
        source,
        DNNL_ARG_WEIGHTS,
        chain.parameters(name, weightsDesc, weightsOffset, choice.forward.weights_desc()),
        DNNL_ARG_BIAS,
        chain.parameters(biasDesc, biasOffset),
        DNNL_ARG_DST,
        output.memory);
    if (!choice.isFused) activation.forward(chain, name, output.desc, output.memory);
    return output;
  }

  @Override
  memory backward(Chain chain, memory gradient) {
    memory.desc found = choice.weights.diff_weights_desc();
    memory target = chain.gradients(weightsDesc, weightsOffset);
    boolean inPlace = found.equals(weightsDesc);
    memory weights = inPlace ? target : chain.converted(found);
    chain.backward(
        name + ".backward-weights",
        choice.weights,
        new convolution_backward_weights(choice.weights),
        DNNL_ARG_SRC,
        source,
        DNNL_ARG_DIFF_DST,
        gradient,
        DNNL_ARG_DIFF_WEIGHTS,
        weights,
        DNNL_ARG_DIFF_BIAS,
        chain.gradients(biasDesc, biasOffset));
    if (!inPlace) chain.storeGradients(name, found, weights, weightsDesc, target);
    if (!input.hasGradient) return null;

    memory.desc desc = choice.data.diff_src_desc();
    // Where it must be converted, only the converted gradient takes its turn in the two blocks.
    memory data = desc.equals(input.desc) ? chain.gradient(desc) : chain.converted(desc);
    chain.backward(
        name + ".backward-data",
        choice.data,
        new convolution_backward_data(choice.data),
        DNNL_ARG_DIFF_DST,
        gradient,
        DNNL_ARG_WEIGHTS,
        chain.parameters(name, weightsDesc, weightsOffset, choice.data.weights_desc()),
        DNNL_ARG_DIFF_SRC,
        data);
    return chain.gradient(name, desc, data, input);
  }

  /** The first of the candidate formats without reference loops, else the first that works. */
  private Choice choose(Chain chain, long[] dimensions) {
    Choice fallback = null;
    for (ImageFormat format :
        ImageFormat.candidates(!input.hasGradient, layer.getNIn(), layer.getNOut())) {
      Choice candidate = candidate(chain, format, dimensions);
      if (candidate == null) continue;
      if (!candidate.isReference()) return candidate;
      if (fallback == null) fallback = candidate;
    }
    if (fallback == null) {
      throw new UnsupportedOperationException(name + ": oneDNN cannot compute this convolution");
    }
    return fallback;
  }

  private Choice candidate(Chain chain, ImageFormat format, long[] dimensions) {
    memory.desc from = format.input(input.dimensions);
    memory.desc to = format.output(dimensions);
    Choice found = new Choice();
    // Training decides the formats of inference too, so that both compute alike.
    found.plain = forward(prop_kind.forward_training, from, to, chain.attributes());
    if (found.plain == null) return null;
    memory.desc source = found.plain.src_desc();
    memory.desc target = found.plain.dst_desc();
    found.forward = forward(chain.propagation(), source, target, chain.attributes(activation));
    found.isFused = found.forward != null && !OneDnn.isReference(found.forward);
    if (!found.isFused) {
      found.forward = forward(chain.propagation(), source, target, chain.attributes());
    }
    if (found.forward == null) return null;
    found.weights = backwardWeights(chain, source, target, found.plain);
    if (found.weights == null) return null;
    if (input.hasGradient) {
      found.data = backwardData(chain, source, target, found.plain);
      if (found.data == null) return null;
    }
    return found;
  }

  private convolution_forward.primitive_desc forward(
      prop_kind kind, memory.desc from, memory.desc to, primitive_attr attributes) {
    for (algorithm algorithm : algorithms) {
      convolution_forward.primitive_desc found =
          new convolution_forward.primitive_desc(
              new convolution_forward.desc(
                  kind,
                  algorithm,
                  from,
                  anyWeights,
                  biasDesc,
                  to,
                  window.stride,
                  window.before,
                  window.after),
              attributes,
              OneDnn.ENGINE,
              true);
      if (exists(found)) return found;
    }
    return null;
  }

  private convolution_backward_weights.primitive_desc backwardWeights(
      Chain chain, memory.desc from, memory.desc to, convolution_forward.primitive_desc hint) {
    for (algorithm algorithm : algorithms) {
      convolution_backward_weights.primitive_desc found =
          new convolution_backward_weights.primitive_desc(
              new convolution_backward_weights.desc(
                  algorithm,
                  from,
                  anyWeights,
                  biasDesc,
                  to,
                  window.stride,
                  window.before,
                  window.after),
              chain.attributes(),
              OneDnn.ENGINE,
              hint,
              true);
      if (exists(found)) return found;
    }
    return null;
  }

  private convolution_backward_data.primitive_desc backwardData(
      Chain chain, memory.desc from, memory.desc to, convolution_forward.primitive_desc hint) {
    for (algorithm algorithm : algorithms) {
      convolution_backward_data.primitive_desc found =
          new convolution_backward_data.primitive_desc(
              new convolution_backward_data.desc(
                  algorithm, from, anyWeights, to, window.stride, window.before, window.after),
              chain.attributes(),
              OneDnn.ENGINE,
              hint,
              true);
      if (exists(found)) return found;
    }
    return null;
  }

  private static boolean exists(primitive_desc_base description) {
    return description.asBoolean();
  }
}
