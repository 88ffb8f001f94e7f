package org.sparkdl4j.plan;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.inner_product_backward_data;
import org.bytedeco.dnnl.inner_product_backward_weights;
import org.bytedeco.dnnl.inner_product_forward;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.format_tag;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.dnnl.primitive_desc;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossBinaryXENT;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossMSE;
import org.sparkdl4j.loss.OutputLoss;
import org.sparkdl4j.onednn.OneDnn;

/**
 * A fully connected layer. On pictures it is a convolution with a kernel as large as they are, so
 * that nothing must be flattened. Of the output layer, it is the part before softmax or sigmoid,
 * which {@link OutputLoss} computes together with the loss.
 */
final class DensePlan extends WeightedPlan {
  /** DL4J's {@code DenseLayer}. */
  static final PlanLayer.Kind<DenseLayer> HIDDEN =
      new PlanLayer.Kind<>(DenseLayer.class) {
        @Override
        String lacks(DenseLayer layer) {
          String lacking = ActivationPlan.lacks(layer.getActivationFn());
          if (lacking != null) return lacking;
          return layer.hasLayerNorm() ? "layer normalisation" : null;
        }

        @Override
        List<PlanLayer> create(Place place, DenseLayer layer) {
          return List.of(
              new DensePlan(place, layer, layer.hasBias(), false),
              ActivationPlan.of(place.name, layer.getActivationFn()));
        }
      };

  /** DL4J's {@code OutputLayer}. */
  static final PlanLayer.Kind<OutputLayer> OUTPUT =
      new PlanLayer.Kind<>(OutputLayer.class) {
        @Override
        String lacks(OutputLayer layer) {
          IActivation activation = layer.getActivationFn();
          ILossFunction loss = layer.getLossFn();
          boolean softmax =
              loss instanceof LossMCXENT && ((LossMCXENT) loss).getWeights() == null
                  || loss.getClass() == LossMSE.class && ((LossMSE) loss).getWeights() == null;
          boolean sigmoid =
              loss instanceof LossBinaryXENT && ((LossBinaryXENT) loss).getWeights() == null;
          boolean known =
              activation instanceof ActivationSoftmax && softmax
                  || activation instanceof ActivationSigmoid && sigmoid;
          return known ? null : activation + " with " + loss;
        }

        @Override
        List<PlanLayer> create(Place place, OutputLayer layer) {
          return List.of(new DensePlan(place, layer, ((BaseOutputLayer) layer).hasBias(), true));
        }
      };

  private final long units;
  private final boolean isOutput;

  private DensePlan(Place place, FeedForwardLayer layer, boolean hasBias, boolean isOutput) {
    super(
        place.name, place.offset, hasBias ? place.offset + layer.getNIn() * layer.getNOut() : NONE);
    units = layer.getNOut();
    this.isOutput = isOutput;
  }

  @Override
  long[] outputDimensions() {
    return new long[] {input.dimensions[0], units};
  }

  @Override
  long[] weightDimensions() {
    long[] shape = input.dimensions.clone();
    shape[0] = units;
    return shape;
  }

  @Override
  memory.desc weights() {
    return OneDnn.desc(weightDimensions(), input.isImage() ? format_tag.oihw : format_tag.oi);
  }

  /**
   * In training channels first, as DL4J's weights expect them: converting the input costs less than
   * converting weights and their gradient in every step. Inference converts the weights once.
   */
  @Override
  List<Formats> formats(Chain chain, long[] dimensions) {
    // What the loss reads is float32 always.
    memory.data_type type = isOutput ? OneDnn.FLOAT : type(chain, input.dimensions[1], units);
    memory.desc to = OneDnn.desc(dimensions, format_tag.nc, type);
    memory.desc channelsFirst =
        OneDnn.desc(input.dimensions, input.isImage() ? format_tag.nchw : format_tag.nc, type);
    List<Formats> formats = new ArrayList<>();
    if (chain.isTraining()) {
      formats.add(new Formats("plain", channelsFirst, to).keepingWeights());
    }
    formats.add(new Formats("channels first", channelsFirst, to));
    if (input.desc.data_type() == type) formats.add(new Formats("as it comes", input.desc, to));
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
    return orNull(
        new inner_product_forward.primitive_desc(
            new inner_product_forward.desc(kind, from, weights, bias, to),
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
    return orNull(
        new inner_product_backward_weights.primitive_desc(
            new inner_product_backward_weights.desc(from, weights, bias, to),
            attributes,
            OneDnn.ENGINE,
            (inner_product_forward.primitive_desc) forward,
            true));
  }

  @Override
  primitive_desc describeData(
      memory.desc from,
      memory.desc weights,
      memory.desc to,
      primitive_attr attributes,
      primitive_desc forward) {
    return orNull(
        new inner_product_backward_data.primitive_desc(
            new inner_product_backward_data.desc(from, weights, to),
            attributes,
            OneDnn.ENGINE,
            (inner_product_forward.primitive_desc) forward,
            true));
  }

  private static primitive_desc orNull(primitive_desc description) {
    return description.asBoolean() ? description : null;
  }
}
