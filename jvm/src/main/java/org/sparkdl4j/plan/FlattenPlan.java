package org.sparkdl4j.plan;

import java.util.List;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.format_tag;
import org.deeplearning4j.nn.conf.graph.PreprocessorVertex;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.sparkdl4j.onednn.OneDnn;

/** Images as units, channel by channel. */
final class FlattenPlan extends PlanLayer {
  /** DL4J's {@code PreprocessorVertex} that flattens images. */
  static final class Kind extends PlanLayer.Kind<PreprocessorVertex> {
    Kind() {
      super(PreprocessorVertex.class);
    }

    @Override
    String lacks(PreprocessorVertex vertex) {
      Class<?> type = vertex.getPreProcessor().getClass();
      return type == CnnToFeedForwardPreProcessor.class ? null : type.getSimpleName();
    }

    @Override
    List<PlanLayer> create(Place place, PreprocessorVertex vertex) {
      return List.of(new FlattenPlan(place.name));
    }
  }

  private Tensor input;
  private memory.desc channelsFirst;

  private FlattenPlan(String name) {
    super(name);
  }

  @Override
  Tensor forward(Chain chain, List<Tensor> inputs) {
    input = inputs.get(0);
    long[] sides = input.dimensions;
    memory.data_type type = input.desc.data_type();
    channelsFirst = chain.keep(OneDnn.desc(sides, format_tag.nchw, type));
    long[] dimensions = {sides[0], sides[1] * sides[2] * sides[3]};
    Tensor output =
        chain.output(dimensions, OneDnn.desc(dimensions, format_tag.nc, type), input.hasGradient);
    chain.reorder(
        name + ".forward",
        input.desc,
        input.memory,
        channelsFirst,
        chain.view(output.memory, channelsFirst));
    return output;
  }

  @Override
  void backward(Chain chain, memory gradient) {
    memory data = chain.value(input.desc);
    chain.reorder(
        name + ".backward", channelsFirst, chain.view(gradient, channelsFirst), input.desc, data);
    input.contribute(input.desc, data, false);
  }
}
