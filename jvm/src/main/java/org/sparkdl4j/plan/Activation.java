package org.sparkdl4j.plan;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;

import org.bytedeco.dnnl.eltwise_backward;
import org.bytedeco.dnnl.eltwise_forward;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.post_ops;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationELU;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationTanH;

/**
 * An elementwise activation. All of them have a derivative that follows from the output alone, so
 * that forward may run in place or within the primitive before it.
 */
final class Activation {
  static final Activation IDENTITY = new Activation("identity", null, null, 0);

  private final String name;
  private final algorithm function;

  /** The same, with a derivative that reads the output instead of the input. */
  private final algorithm ofOutput;

  private final float alpha;

  private Activation(String name, algorithm function, algorithm ofOutput, float alpha) {
    this.name = name;
    this.function = function;
    this.ofOutput = ofOutput;
    this.alpha = alpha;
  }

  /** DL4J's activation, or null when the plan lacks it. */
  static Activation of(IActivation dl4j) {
    if (dl4j instanceof ActivationIdentity) return IDENTITY;
    if (dl4j instanceof ActivationReLU) {
      ActivationReLU relu = (ActivationReLU) dl4j;
      boolean plain =
          relu.getMax() == null && relu.getThreshold() == null && relu.getNegativeSlope() == null;
      return plain
          ? new Activation(
              "relu", algorithm.eltwise_relu, algorithm.eltwise_relu_use_dst_for_bwd, 0)
          : null;
    }
    if (dl4j instanceof ActivationLReLU) {
      float slope = (float) ((ActivationLReLU) dl4j).getAlpha();
      // The sign of the output tells that of the input only where the slope is positive.
      return slope > 0
          ? new Activation(
              "leaky_relu", algorithm.eltwise_relu, algorithm.eltwise_relu_use_dst_for_bwd, slope)
          : null;
    }
    if (dl4j instanceof ActivationELU) {
      // DL4J's own gradient ignores another alpha.
      return ((ActivationELU) dl4j).getAlpha() == 1
          ? new Activation("elu", algorithm.eltwise_elu, algorithm.eltwise_elu_use_dst_for_bwd, 1)
          : null;
    }
    if (dl4j instanceof ActivationSigmoid) {
      return new Activation(
          "sigmoid", algorithm.eltwise_logistic, algorithm.eltwise_logistic_use_dst_for_bwd, 0);
    }
    if (dl4j instanceof ActivationTanH) {
      return new Activation(
          "tanh", algorithm.eltwise_tanh, algorithm.eltwise_tanh_use_dst_for_bwd, 0);
    }
    return null;
  }

  boolean isIdentity() {
    return function == null;
  }

  /** As part of the primitive before it. */
  post_ops asPostOperation() {
    post_ops operations = new post_ops();
    if (!isIdentity()) operations.append_eltwise(1, function, alpha, 0);
    return operations;
  }

  /** In place, where it could not be part of the primitive before it. */
  void forward(Chain chain, String layer, memory.desc desc, memory values) {
    if (isIdentity()) return;
    eltwise_forward.primitive_desc forward = forwardDesc(chain, desc);
    chain.forward(
        layer + "." + name,
        forward,
        new eltwise_forward(forward),
        DNNL_ARG_SRC,
        values,
        DNNL_ARG_DST,
        values);
  }

  /** Turns the gradient of the outputs into that of the inputs, in place. */
  void backward(Chain chain, String layer, memory.desc desc, memory outputs, memory gradient) {
    if (isIdentity()) return;
    eltwise_backward.primitive_desc backward =
        new eltwise_backward.primitive_desc(
            new eltwise_backward.desc(ofOutput, desc, desc, alpha, 0),
            chain.attributes(),
            OneDnn.ENGINE,
            forwardDesc(chain, desc));
    chain.backward(
        layer + "." + name + "-backward",
        backward,
        new eltwise_backward(backward),
        DNNL_ARG_DST,
        outputs,
        DNNL_ARG_DIFF_DST,
        gradient,
        DNNL_ARG_DIFF_SRC,
        gradient);
  }

  private eltwise_forward.primitive_desc forwardDesc(Chain chain, memory.desc desc) {
    return new eltwise_forward.primitive_desc(
        new eltwise_forward.desc(prop_kind.forward_training, ofOutput, desc, alpha, 0),
        chain.attributes(),
        OneDnn.ENGINE);
  }
}
