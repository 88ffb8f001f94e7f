package org.sparkdl4j.plan;

import java.util.List;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.format_tag;
import org.sparkdl4j.onednn.OneDnn;

/** Pictures of one pixel as values without height and width; no arithmetic. */
final class CollapsePlan extends PlanLayer {
  private Tensor input;
  private memory.desc pixels;

  CollapsePlan(String name) {
    super(name);
  }

  @Override
  Tensor forward(Chain chain, List<Tensor> inputs) {
    input = inputs.get(0);
    pixels = chain.keep(input.plain());
    long[] dimensions = {input.dimensions[0], input.dimensions[1]};
    memory.desc desc = chain.keep(OneDnn.desc(dimensions, format_tag.nc, input.desc.data_type()));
    memory values = chain.view(chain.input(name, input, pixels), desc);
    return new Tensor(dimensions, desc, values, input.hasGradient);
  }

  @Override
  void backward(Chain chain, memory gradient) {
    input.contribute(pixels, chain.view(gradient, pixels), false);
  }
}
