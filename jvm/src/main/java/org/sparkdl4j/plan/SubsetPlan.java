package org.sparkdl4j.plan;

import java.util.List;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.format_tag;
import org.deeplearning4j.nn.conf.graph.SubsetVertex;
import org.sparkdl4j.onednn.OneDnn;

/** Some of the channels. */
final class SubsetPlan extends PlanLayer {
  /** DL4J's {@code SubsetVertex}. */
  static final class Kind extends PlanLayer.Kind<SubsetVertex> {
    Kind() {
      super(SubsetVertex.class);
    }

    @Override
    String lacks(SubsetVertex vertex) {
      return null;
    }

    @Override
    List<PlanLayer> create(Place place, SubsetVertex vertex) {
      return List.of(new SubsetPlan(place.name, vertex.getFrom(), vertex.getTo()));
    }
  }

  private final int from;
  private final int to;
  private Tensor input;
  private memory.desc plain;
  private Tensor output;
  private memory.desc part;

  private SubsetPlan(String name, int from, int to) {
    super(name);
    this.from = from;
    this.to = to;
  }

  @Override
  Tensor forward(Chain chain, List<Tensor> inputs) {
    input = inputs.get(0);
    // A part of the channels may not start within a block of them.
    plain = chain.keep(input.plain());
    long[] dimensions = input.dimensions.clone();
    dimensions[1] = to - from + 1;
    long[] start = new long[dimensions.length];
    start[1] = from;
    part = chain.keep(plain.submemory_desc(dimensions, start));
    format_tag format = input.isImage() ? format_tag.nhwc : format_tag.nc;
    memory.desc desc = OneDnn.desc(dimensions, format, input.desc.data_type());
    output = chain.output(dimensions, desc, input.hasGradient);
    memory source = chain.input(name, input, plain);
    chain.reorder(name + ".forward", part, chain.view(source, part), desc, output.memory);
    return output;
  }

  @Override
  void backward(Chain chain, memory gradient) {
    memory data = chain.value(plain);
    chain.zero(name + ".zeros", plain, data);
    chain.reorder(name + ".backward", output.desc, gradient, part, chain.view(data, part));
    input.contribute(plain, data, false);
  }
}
