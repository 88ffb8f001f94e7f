package org.sparkdl4j.plan;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WORKSPACE;

import java.util.Arrays;
import java.util.List;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.format_tag;
import org.bytedeco.dnnl.pooling_backward;
import org.bytedeco.dnnl.pooling_forward;
import org.bytedeco.dnnl.primitive_desc;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.sparkdl4j.onednn.OneDnn;

/** Max or average pooling. */
final class PoolingPlan extends PlanLayer {
  /** DL4J's {@code SubsamplingLayer}. */
  static final class Kind extends PlanLayer.Kind<SubsamplingLayer> {
    Kind() {
      super(SubsamplingLayer.class);
    }

    @Override
    String lacks(SubsamplingLayer layer) {
      if (layer.getPoolingType() != PoolingType.MAX && layer.getPoolingType() != PoolingType.AVG) {
        return layer.getPoolingType() + " pooling";
      }
      if (layer.getDilation()[0] != 1 || layer.getDilation()[1] != 1) return "dilation";
      if (layer.getCnn2dDataFormat() != CNN2DFormat.NCHW) return "channels last";
      if (layer.getConvolutionMode() == ConvolutionMode.Causal) return "causal padding";
      return null;
    }

    @Override
    List<PlanLayer> create(Place place, SubsamplingLayer layer) {
      algorithm average =
          layer.isAvgPoolIncludePadInDivisor()
              ? algorithm.pooling_avg_include_padding
              : algorithm.pooling_avg_exclude_padding;
      return List.of(
          new PoolingPlan(
              place.name,
              WindowSettings.of(layer),
              layer.getPoolingType() == PoolingType.MAX ? algorithm.pooling_max : average));
    }
  }

  /** DL4J's {@code GlobalPoolingLayer}: the window is the picture. */
  static final PlanLayer.Kind<GlobalPoolingLayer> GLOBAL =
      new PlanLayer.Kind<>(GlobalPoolingLayer.class) {
        @Override
        String lacks(GlobalPoolingLayer layer) {
          PoolingType type = layer.getPoolingType();
          if (type != PoolingType.MAX && type != PoolingType.AVG) return type + " pooling";
          int[] dimensions = layer.getPoolingDimensions();
          boolean known = dimensions == null || Arrays.equals(dimensions, new int[] {2, 3});
          return known ? null : "pooling of dimensions " + Arrays.toString(dimensions);
        }

        @Override
        List<PlanLayer> create(Place place, GlobalPoolingLayer layer) {
          PlanLayer pooling =
              new PoolingPlan(
                  place.name,
                  null,
                  layer.getPoolingType() == PoolingType.MAX
                      ? algorithm.pooling_max
                      : algorithm.pooling_avg_exclude_padding);
          return layer.isCollapseDimensions()
              ? List.of(pooling, new CollapsePlan(place.name))
              : List.of(pooling);
        }
      };

  private final WindowSettings settings;
  private final algorithm function;
  private Window window;
  private Tensor input;
  private memory.desc sourceDesc;
  private Tensor output;
  private pooling_forward.primitive_desc forward;

  /** Which value of each window was the largest; null where nobody asks. */
  private memory winners;

  /** Pooling; without settings, of the whole picture. */
  private PoolingPlan(String name, WindowSettings settings, algorithm function) {
    super(name);
    this.settings = settings;
    this.function = function;
  }

  @Override
  long[] outputSize(long[] input) {
    return settings == null ? null : Window.of(settings, input).output;
  }

  @Override
  long[] crop(long[] input, long[] wanted) {
    window = Window.of(settings, input).cropped(wanted);
    return window.input;
  }

  @Override
  Tensor forward(Chain chain, List<Tensor> inputs) {
    input = inputs.get(0);
    if (window == null) {
      window = Window.of(settings == null ? WindowSettings.whole(input) : settings, input.size());
    }
    long[] dimensions = {
      input.dimensions[0], input.dimensions[1], window.output[0], window.output[1]
    };
    sourceDesc = input.desc;
    forward = describe(chain, dimensions);
    if (OneDnn.isReference(forward)) {
      sourceDesc =
          chain.keep(OneDnn.desc(input.dimensions, format_tag.nhwc, input.desc.data_type()));
      forward = describe(chain, dimensions);
    }
    memory source = chain.input(name, input, sourceDesc);
    output = chain.output(dimensions, forward.dst_desc(), input.hasGradient);
    if (function == algorithm.pooling_max && chain.isTraining()) {
      winners = chain.value(forward.workspace_desc());
      // Gradients reach the winners only, so the activation before can be undone for them alone.
      output.after(input.takePending());
    }
    step(chain, name + ".forward", forward, DNNL_ARG_SRC, source, DNNL_ARG_DST, output.memory);
    return output;
  }

  @Override
  void backward(Chain chain, memory gradient) {
    if (!input.hasGradient) return;
    memory data = chain.value(sourceDesc);
    step(
        chain,
        name + ".backward",
        new pooling_backward.primitive_desc(
            new pooling_backward.desc(
                function,
                sourceDesc,
                output.desc,
                window.stride,
                window.kernel,
                window.before,
                window.after),
            chain.attributes(),
            OneDnn.ENGINE,
            forward),
        DNNL_ARG_DIFF_DST,
        gradient,
        DNNL_ARG_DIFF_SRC,
        data);
    input.contribute(sourceDesc, data, false);
  }

  private void step(Chain chain, String step, primitive_desc description, Object... arguments) {
    if (winners == null) {
      chain.step(step, description, arguments);
      return;
    }
    Object[] all = Arrays.copyOf(arguments, arguments.length + 2);
    all[arguments.length] = DNNL_ARG_WORKSPACE;
    all[arguments.length + 1] = winners;
    chain.step(step, description, all);
  }

  private pooling_forward.primitive_desc describe(Chain chain, long[] dimensions) {
    return new pooling_forward.primitive_desc(
        new pooling_forward.desc(
            chain.propagation(),
            function,
            sourceDesc,
            OneDnn.desc(dimensions, format_tag.any, sourceDesc.data_type()),
            window.stride,
            window.kernel,
            window.before,
            window.after),
        chain.attributes(),
        OneDnn.ENGINE);
  }
}
