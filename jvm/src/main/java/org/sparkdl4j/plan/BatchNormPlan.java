package org.sparkdl4j.plan;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SCALE_SHIFT;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_MEAN;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SCALE_SHIFT;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_VARIANCE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WORKSPACE;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.batch_normalization_backward;
import org.bytedeco.dnnl.batch_normalization_forward;
import org.bytedeco.dnnl.global.dnnl.normalization_flags;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.format_tag;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.sparkdl4j.onednn.OneDnn;

/**
 * Batch normalisation (Ioffe and Szegedy, Batch Normalization, 2015): in training with mean and
 * variance of the minibatch, else with running ones; directly after a convolution or dense layer,
 * inference folds it into their weights.
 */
final class BatchNormPlan extends PlanLayer {
  /** DL4J's {@code BatchNormalization}. */
  static final class Kind extends PlanLayer.Kind<BatchNormalization> {
    Kind() {
      super(BatchNormalization.class);
    }

    @Override
    String lacks(BatchNormalization layer) {
      if (layer.isLockGammaBeta()) return "batch normalisation without gamma and beta";
      if (!layer.isMinibatch()) return "batch normalisation over the whole data";
      return layer.getCnn2DFormat() == CNN2DFormat.NCHW ? null : "channels last";
    }

    @Override
    List<PlanLayer> create(Place place, BatchNormalization layer) {
      return List.of(new BatchNormPlan(place, layer));
    }
  }

  private final RunningStatistics statistics;
  private final float epsilon;
  private boolean hasRelu;
  private Tensor input;
  private memory.desc desc;
  private memory source;
  private batch_normalization_forward.primitive_desc forward;
  private memory mean;
  private memory variance;

  /** Which values ReLU let through; null without it. */
  private memory passed;

  private BatchNormPlan(Place place, BatchNormalization layer) {
    super(place.name);
    statistics = new RunningStatistics(place.offset, layer);
    epsilon = (float) layer.getEps();
  }

  RunningStatistics statistics() {
    return statistics;
  }

  @Override
  boolean fuse(PlanLayer follower, boolean training) {
    if (hasRelu || !(follower instanceof ActivationPlan)) return false;
    hasRelu = ((ActivationPlan) follower).activation().isRelu();
    return hasRelu;
  }

  @Override
  Tensor forward(Chain chain, List<Tensor> inputs) {
    input = inputs.get(0);
    desc = input.desc;
    forward = describe(chain);
    if (OneDnn.isReference(forward)) {
      desc = chain.keep(input.plain());
      forward = describe(chain);
    }
    source = chain.input(name, input, desc);
    Tensor output = chain.output(input.dimensions, desc, true);
    List<Object> arguments = new ArrayList<>();
    arguments.addAll(List.of(DNNL_ARG_SRC, source, DNNL_ARG_DST, output.memory));
    arguments.addAll(List.of(DNNL_ARG_SCALE_SHIFT, scaleAndShift(chain)));
    memory.desc perChannel = OneDnn.desc(new long[] {input.dimensions[1]}, format_tag.x);
    if (chain.isTraining()) {
      mean = chain.value(perChannel);
      variance = chain.value(perChannel);
      if (hasRelu) {
        passed = chain.value(forward.workspace_desc());
        arguments.addAll(List.of(DNNL_ARG_WORKSPACE, passed));
      }
    } else {
      mean = chain.own(perChannel);
      variance = chain.own(perChannel);
      chain.derive(name, statistics.inMemory(chain.weights(), mean, variance));
    }
    arguments.addAll(List.of(DNNL_ARG_MEAN, mean, DNNL_ARG_VARIANCE, variance));
    chain.step(name + ".forward", forward, arguments.toArray());
    return output;
  }

  @Override
  void backward(Chain chain, memory gradient) {
    memory data = chain.value(desc);
    List<Object> arguments = new ArrayList<>();
    arguments.addAll(List.of(DNNL_ARG_SRC, source, DNNL_ARG_DIFF_DST, gradient));
    arguments.addAll(List.of(DNNL_ARG_MEAN, mean, DNNL_ARG_VARIANCE, variance));
    arguments.addAll(List.of(DNNL_ARG_SCALE_SHIFT, scaleAndShift(chain)));
    if (hasRelu) arguments.addAll(List.of(DNNL_ARG_WORKSPACE, passed));
    arguments.addAll(List.of(DNNL_ARG_DIFF_SRC, data));
    arguments.addAll(
        List.of(DNNL_ARG_DIFF_SCALE_SHIFT, chain.gradients(pair(), statistics.offset())));
    chain.step(
        name + ".backward",
        new batch_normalization_backward.primitive_desc(
            new batch_normalization_backward.desc(
                prop_kind.backward.value, desc, desc, epsilon, flags(true)),
            chain.attributes(),
            OneDnn.ENGINE,
            forward),
        arguments.toArray());
    chain.step(
        name + ".statistics",
        "batch_normalization",
        statistics.changes(chain.weights(), mean, variance),
        mean,
        variance);
    if (input.hasGradient) input.contribute(desc, data, false);
  }

  private batch_normalization_forward.primitive_desc describe(Chain chain) {
    return new batch_normalization_forward.primitive_desc(
        new batch_normalization_forward.desc(
            chain.propagation().value, desc, epsilon, flags(chain.isTraining())),
        chain.attributes(),
        OneDnn.ENGINE);
  }

  private int flags(boolean training) {
    int flags = normalization_flags.use_scale_shift.value;
    if (!training) flags |= normalization_flags.use_global_stats.value;
    if (hasRelu) flags |= normalization_flags.fuse_norm_relu.value;
    return flags;
  }

  /** Gamma and beta follow each other in DL4J's view, as oneDNN wants them. */
  private memory scaleAndShift(Chain chain) {
    return chain.parameters(pair(), statistics.offset());
  }

  private memory.desc pair() {
    return OneDnn.desc(new long[] {2, input.dimensions[1]}, format_tag.nc);
  }
}
