package org.sparkdl4j.plan;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.format_tag;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.sparkdl4j.onednn.OneDnn;

/** The channels of several tensors one after the other. */
final class ConcatPlan extends PlanLayer {
  /** DL4J's {@code MergeVertex}. */
  static final class Kind extends PlanLayer.Kind<MergeVertex> {
    Kind() {
      super(MergeVertex.class);
    }

    @Override
    String lacks(MergeVertex vertex) {
      return vertex.getMergeAxis() == 1 ? null : "a merge along axis " + vertex.getMergeAxis();
    }

    @Override
    List<PlanLayer> create(Place place, MergeVertex vertex) {
      return List.of(new ConcatPlan(place.name));
    }
  }

  private final List<memory.desc> parts = new ArrayList<>();
  private List<Tensor> inputs;

  private ConcatPlan(String name) {
    super(name);
  }

  @Override
  Tensor forward(Chain chain, List<Tensor> inputs) {
    this.inputs = inputs;
    Tensor first = inputs.get(0);
    long[] dimensions = first.dimensions.clone();
    dimensions[1] = 0;
    boolean hasGradient = false;
    for (Tensor input : inputs) {
      dimensions[1] += input.dimensions[1];
      hasGradient |= input.hasGradient;
    }
    format_tag format = first.isImage() ? format_tag.nhwc : format_tag.nc;
    memory.desc desc = OneDnn.desc(dimensions, format, first.desc.data_type());
    Tensor output = chain.output(dimensions, desc, hasGradient);
    long[] start = new long[dimensions.length];
    for (Tensor input : inputs) {
      memory.desc part = chain.keep(desc.submemory_desc(input.dimensions, start));
      parts.add(part);
      chain.reorder(
          name + ".forward", input.desc, input.memory, part, chain.view(output.memory, part));
      start[1] += input.dimensions[1];
    }
    return output;
  }

  @Override
  void backward(Chain chain, memory gradient) {
    for (int i = 0; i < inputs.size(); i++) {
      Tensor input = inputs.get(i);
      if (!input.hasGradient) continue;
      memory.desc part = parts.get(i);
      memory data = chain.value(input.desc);
      chain.reorder(name + ".backward", part, chain.view(gradient, part), input.desc, data);
      input.contribute(input.desc, data, false);
    }
  }
}
