package org.sparkdl4j.plan;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;

import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.inner_product_backward_data;
import org.bytedeco.dnnl.inner_product_backward_weights;
import org.bytedeco.dnnl.inner_product_forward;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.format_tag;
import org.bytedeco.dnnl.primitive_attr;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;

/**
 * A fully connected layer with bias and activation. On pictures it is a convolution with a kernel
 * as large as they are, so that nothing must be flattened. Of the output layer, it is the part
 * before the softmax, which {@link OutputLoss} computes together with the loss.
 */
final class DensePlan extends PlanLayer {
  /** DL4J's {@code DenseLayer}. */
  static final PlanLayer.Kind<DenseLayer> HIDDEN =
      new PlanLayer.Kind<>(DenseLayer.class) {
        @Override
        String lacks(DenseLayer layer) {
          if (Activation.of(layer.getActivationFn()) == null) return "" + layer.getActivationFn();
          if (!layer.hasBias()) return "a dense layer without bias";
          return layer.hasLayerNorm() ? "layer normalisation" : null;
        }

        @Override
        PlanLayer create(String name, DenseLayer layer, long offset, int number) {
          Activation activation = Activation.of(layer.getActivationFn());
          return new DensePlan(name, layer.getNIn(), layer.getNOut(), activation, offset);
        }
      };

  /** DL4J's {@code OutputLayer} with softmax and cross-entropy. */
  static final PlanLayer.Kind<OutputLayer> OUTPUT =
      new PlanLayer.Kind<>(OutputLayer.class) {
        @Override
        String lacks(OutputLayer layer) {
          if (!(layer.getActivationFn() instanceof ActivationSoftmax)) {
            return "" + layer.getActivationFn() + " as output";
          }
          if (layer.getLossFn().getClass() != LossMCXENT.class
              || ((LossMCXENT) layer.getLossFn()).getWeights() != null) {
            return "" + layer.getLossFn();
          }
          return layer.hasBias() ? null : "an output layer without bias";
        }

        @Override
        PlanLayer create(String name, OutputLayer layer, long offset, int number) {
          return new DensePlan(name, layer.getNIn(), layer.getNOut(), Activation.IDENTITY, offset);
        }
      };

  /** Descriptions that fit together, for one format of the input. */
  private static final class Choice {
    private memory.desc source;
    private inner_product_forward.primitive_desc forward;
    private inner_product_backward_weights.primitive_desc weights;
    private inner_product_backward_data.primitive_desc data;
    private boolean isFused;

    private boolean isReference() {
      return OneDnn.isReference(forward)
          || OneDnn.isReference(weights)
          || (data != null && OneDnn.isReference(data));
    }
  }

  private final long units;
  private final Activation activation;
  private final long weightsOffset;
  private final long biasOffset;
  private final memory.desc biasDesc;

  private memory.desc weightsDesc;
  private memory.desc anyWeights;
  private memory.desc outputDesc;
  private Choice choice;
  private Tensor input;
  private memory source;

  private DensePlan(String name, long inputs, long units, Activation activation, long offset) {
    super(name);
    this.units = units;
    this.activation = activation;
    weightsOffset = offset;
    biasOffset = offset + inputs * units;
    biasDesc = OneDnn.desc(new long[] {units}, format_tag.x);
  }

  @Override
  Tensor forward(Chain chain, Tensor input) {
    this.input = input;
    long[] shape = input.dimensions.clone();
    shape[0] = units;
    weightsDesc = OneDnn.desc(shape, input.isImage() ? format_tag.oihw : format_tag.oi);
    anyWeights = OneDnn.desc(shape, format_tag.any);
    long[] dimensions = {input.dimensions[0], units};
    outputDesc = OneDnn.desc(dimensions, format_tag.nc);
    choice = choose(chain);
    source = chain.input(name, input, choice.source);
    Tensor output = chain.output(dimensions, outputDesc, true).after(activation);
    chain.forward(
        name + ".forward",
        choice.forward,
        new inner_product_forward(choice.forward),
        DNNL_ARG_SRC,
        source,
        DNNL_ARG_WEIGHTS,
        chain.parameters(name, weightsDesc, weightsOffset, choice.forward.weights_desc()),
        DNNL_ARG_BIAS,
        chain.parameters(biasDesc, biasOffset),
        DNNL_ARG_DST,
        output.memory);
    if (!choice.isFused) activation.forward(chain, name, outputDesc, output.memory);
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
        new inner_product_backward_weights(choice.weights),
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

    boolean direct = choice.source.equals(input.desc);
    memory data = direct ? chain.gradient(choice.source) : chain.converted(choice.source);
    chain.backward(
        name + ".backward-data",
        choice.data,
        new inner_product_backward_data(choice.data),
        DNNL_ARG_DIFF_DST,
        gradient,
        DNNL_ARG_WEIGHTS,
        chain.parameters(name, weightsDesc, weightsOffset, choice.data.weights_desc()),
        DNNL_ARG_DIFF_SRC,
        data);
    return chain.gradient(name, choice.source, data, input);
  }

  /** The input as it comes, else channels last, else plain: the first without reference loops. */
  private Choice choose(Chain chain) {
    Choice asItComes = candidate(chain, input.desc);
    if (!input.isImage() || !asItComes.isReference()) return asItComes;
    for (format_tag format : new format_tag[] {format_tag.nhwc, format_tag.nchw}) {
      Choice candidate = candidate(chain, OneDnn.desc(input.dimensions, format));
      if (!candidate.isReference()) return candidate;
    }
    return asItComes;
  }

  private Choice candidate(Chain chain, memory.desc from) {
    Choice found = new Choice();
    found.source = from;
    inner_product_forward.primitive_desc plain =
        forward(prop_kind.forward_training, from, chain.attributes(), false);
    found.forward = forward(chain.propagation(), from, chain.attributes(activation), true);
    found.isFused = found.forward.asBoolean() && !OneDnn.isReference(found.forward);
    if (!found.isFused) {
      found.forward = forward(chain.propagation(), from, chain.attributes(), false);
    }
    found.weights =
        new inner_product_backward_weights.primitive_desc(
            new inner_product_backward_weights.desc(from, anyWeights, biasDesc, outputDesc),
            chain.attributes(),
            OneDnn.ENGINE,
            plain);
    if (input.hasGradient) {
      found.data =
          new inner_product_backward_data.primitive_desc(
              new inner_product_backward_data.desc(from, anyWeights, outputDesc),
              chain.attributes(),
              OneDnn.ENGINE,
              plain);
    }
    return found;
  }

  private inner_product_forward.primitive_desc forward(
      prop_kind kind, memory.desc from, primitive_attr attributes, boolean mayLack) {
    return new inner_product_forward.primitive_desc(
        new inner_product_forward.desc(kind, from, anyWeights, biasDesc, outputDesc),
        attributes,
        OneDnn.ENGINE,
        mayLack);
  }
}
