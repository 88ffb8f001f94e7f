package org.sparkdl4j.plan;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;

import java.util.List;
import org.bytedeco.dnnl.eltwise_forward;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.memory;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.conf.graph.ShiftVertex;
import org.sparkdl4j.onednn.OneDnn;

/** A number times every value, plus another. */
final class LinearPlan extends PlanLayer {
  /** DL4J's {@code ScaleVertex}. */
  static final PlanLayer.Kind<ScaleVertex> SCALE =
      new PlanLayer.Kind<>(ScaleVertex.class) {
        @Override
        String lacks(ScaleVertex vertex) {
          return null;
        }

        @Override
        List<PlanLayer> create(Place place, ScaleVertex vertex) {
          return List.of(new LinearPlan(place.name, (float) vertex.getScaleFactor(), 0));
        }
      };

  /** DL4J's {@code ShiftVertex}. */
  static final PlanLayer.Kind<ShiftVertex> SHIFT =
      new PlanLayer.Kind<>(ShiftVertex.class) {
        @Override
        String lacks(ShiftVertex vertex) {
          return null;
        }

        @Override
        List<PlanLayer> create(Place place, ShiftVertex vertex) {
          return List.of(new LinearPlan(place.name, 1, (float) vertex.getShiftFactor()));
        }
      };

  private final float scale;
  private final float shift;
  private Tensor input;

  private LinearPlan(String name, float scale, float shift) {
    super(name);
    this.scale = scale;
    this.shift = shift;
  }

  @Override
  long[] outputSize(long[] input) {
    return input;
  }

  @Override
  Tensor forward(Chain chain, List<Tensor> inputs) {
    input = inputs.get(0);
    Tensor output = chain.output(input.dimensions, input.desc, input.hasGradient);
    step(chain, name + ".forward", shift, input.memory, output.memory);
    return output;
  }

  @Override
  void backward(Chain chain, memory gradient) {
    if (scale == 1) {
      input.contribute(input.desc, gradient, false);
      return;
    }
    memory data = chain.value(input.desc);
    step(chain, name + ".backward", 0, gradient, data);
    input.contribute(input.desc, data, false);
  }

  private void step(Chain chain, String step, float plus, memory from, memory to) {
    chain.step(
        step,
        new eltwise_forward.primitive_desc(
            new eltwise_forward.desc(
                prop_kind.forward_inference, algorithm.eltwise_linear, input.desc, scale, plus),
            chain.attributes(),
            OneDnn.ENGINE),
        DNNL_ARG_SRC,
        from,
        DNNL_ARG_DST,
        to);
  }
}
