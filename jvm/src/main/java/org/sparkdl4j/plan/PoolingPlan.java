package org.sparkdl4j.plan;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WORKSPACE;

import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.format_tag;
import org.bytedeco.dnnl.pooling_backward;
import org.bytedeco.dnnl.pooling_forward;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;

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
    PlanLayer create(String name, SubsamplingLayer layer, long offset, int number) {
      return new PoolingPlan(name, layer);
    }
  }

  private final SubsamplingLayer layer;
  private final boolean max;
  private Window window;
  private algorithm function;
  private Tensor input;
  private memory.desc sourceDesc;
  private Tensor output;
  private pooling_forward.primitive_desc forward;
  private memory workspace;

  private PoolingPlan(String name, SubsamplingLayer layer) {
    super(name);
    this.layer = layer;
    max = layer.getPoolingType() == PoolingType.MAX;
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
    if (max) {
      function = algorithm.pooling_max;
    } else {
      function =
          layer.isAvgPoolIncludePadInDivisor()
              ? algorithm.pooling_avg_include_padding
              : algorithm.pooling_avg_exclude_padding;
    }
    long[] dimensions = {
      input.dimensions[0], input.dimensions[1], window.output[0], window.output[1]
    };
    sourceDesc = input.desc;
    forward = describe(chain, dimensions);
    if (OneDnn.isReference(forward)) {
      sourceDesc = OneDnn.desc(input.dimensions, format_tag.nhwc);
      forward = describe(chain, dimensions);
    }
    memory source = chain.input(name, input, sourceDesc);
    output = chain.output(dimensions, forward.dst_desc(), input.hasGradient);
    if (max && chain.isTraining()) {
      workspace = chain.own(forward.workspace_desc());
      // Gradients reach the winners only, so the activation before can be undone for them alone.
      output.after(input.takePending());
      chain.forward(
          name + ".forward",
          forward,
          new pooling_forward(forward),
          DNNL_ARG_SRC,
          source,
          DNNL_ARG_DST,
          output.memory,
          DNNL_ARG_WORKSPACE,
          workspace);
    } else {
      chain.forward(
          name + ".forward",
          forward,
          new pooling_forward(forward),
          DNNL_ARG_SRC,
          source,
          DNNL_ARG_DST,
          output.memory);
    }
    return output;
  }

  @Override
  memory backward(Chain chain, memory gradient) {
    if (!input.hasGradient) return null;
    pooling_backward.primitive_desc backward =
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
            forward);
    memory data =
        sourceDesc.equals(input.desc) ? chain.gradient(sourceDesc) : chain.converted(sourceDesc);
    if (max) {
      chain.backward(
          name + ".backward",
          backward,
          new pooling_backward(backward),
          DNNL_ARG_DIFF_DST,
          gradient,
          DNNL_ARG_DIFF_SRC,
          data,
          DNNL_ARG_WORKSPACE,
          workspace);
    } else {
      chain.backward(
          name + ".backward",
          backward,
          new pooling_backward(backward),
          DNNL_ARG_DIFF_DST,
          gradient,
          DNNL_ARG_DIFF_SRC,
          data);
    }
    return chain.gradient(name, sourceDesc, data, input);
  }

  private pooling_forward.primitive_desc describe(Chain chain, long[] dimensions) {
    return new pooling_forward.primitive_desc(
        new pooling_forward.desc(
            chain.propagation(),
            function,
            sourceDesc,
            OneDnn.desc(dimensions, OneDnn.ANY),
            window.stride,
            window.kernel,
            window.before,
            window.after),
        chain.attributes(),
        OneDnn.ENGINE);
  }
}
