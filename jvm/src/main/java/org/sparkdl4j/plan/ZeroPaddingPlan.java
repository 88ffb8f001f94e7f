package org.sparkdl4j.plan;

import java.util.List;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.format_tag;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.sparkdl4j.onednn.OneDnn;

/** Zeros around pictures. */
final class ZeroPaddingPlan extends PlanLayer {
  /** DL4J's {@code ZeroPaddingLayer}. */
  static final class Kind extends PlanLayer.Kind<ZeroPaddingLayer> {
    Kind() {
      super(ZeroPaddingLayer.class);
    }

    @Override
    String lacks(ZeroPaddingLayer layer) {
      return layer.getDataFormat() == CNN2DFormat.NCHW ? null : "channels last";
    }

    @Override
    List<PlanLayer> create(Place place, ZeroPaddingLayer layer) {
      return List.of(new ZeroPaddingPlan(place.name, layer.getPadding()));
    }
  }

  /** Top, bottom, left, right. */
  private final int[] padding;

  private Tensor input;
  private Tensor output;
  private memory.desc inside;

  private ZeroPaddingPlan(String name, int[] padding) {
    super(name);
    this.padding = padding;
  }

  @Override
  Tensor forward(Chain chain, List<Tensor> inputs) {
    input = inputs.get(0);
    long[] dimensions = input.dimensions.clone();
    dimensions[2] += padding[0] + padding[1];
    dimensions[3] += padding[2] + padding[3];
    memory.desc desc = OneDnn.desc(dimensions, format_tag.nhwc, input.desc.data_type());
    output = chain.output(dimensions, desc, input.hasGradient);
    inside =
        chain.keep(
            desc.submemory_desc(input.dimensions, new long[] {0, 0, padding[0], padding[2]}));
    chain.zero(name + ".zeros", desc, output.memory);
    chain.reorder(
        name + ".forward", input.desc, input.memory, inside, chain.view(output.memory, inside));
    return output;
  }

  @Override
  void backward(Chain chain, memory gradient) {
    memory data = chain.value(input.desc);
    chain.reorder(name + ".backward", inside, chain.view(gradient, inside), input.desc, data);
    input.contribute(input.desc, data, false);
  }
}
