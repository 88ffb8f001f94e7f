package org.sparkdl4j.plan;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.bytedeco.dnnl.eltwise_backward;
import org.bytedeco.dnnl.eltwise_forward;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.post_ops;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationELU;
import org.nd4j.linalg.activations.impl.ActivationGELU;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU6;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSwish;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.sparkdl4j.onednn.OneDnn;

/**
 * An elementwise activation. Where its derivative follows from the output alone, forward may run in
 * place or within the primitive before it, in training too.
 */
final class Activation {
  static final Activation IDENTITY = new Activation("identity", null, null, 0, 0);

  /**
   * Of DL4J's GELU, which is {@code x * sigmoid(1.702 x)} unless it is asked for the precise one.
   */
  private static final float GELU_SLOPE = 1.702f;

  private static final Map<Class<?>, Function<IActivation, Activation>> KNOWN =
      new LinkedHashMap<>();

  static {
    KNOWN.put(ActivationIdentity.class, activation -> IDENTITY);
    KNOWN.put(ActivationReLU.class, activation -> relu((ActivationReLU) activation));
    KNOWN.put(
        ActivationReLU6.class,
        activation ->
            new Activation(
                "relu6",
                algorithm.eltwise_clip_v2,
                algorithm.eltwise_clip_v2_use_dst_for_bwd,
                0,
                6));
    KNOWN.put(
        ActivationLReLU.class,
        activation -> leakyRelu((float) ((ActivationLReLU) activation).getAlpha()));
    KNOWN.put(ActivationELU.class, activation -> elu((ActivationELU) activation));
    KNOWN.put(
        ActivationGELU.class,
        activation ->
            ((ActivationGELU) activation).isPrecise()
                ? new Activation("gelu", algorithm.eltwise_gelu_tanh, null, 0, 0)
                : new Activation("gelu", algorithm.eltwise_swish, null, GELU_SLOPE, 0));
    KNOWN.put(
        ActivationSwish.class,
        activation -> new Activation("silu", algorithm.eltwise_swish, null, 1, 0));
    KNOWN.put(
        ActivationSigmoid.class,
        activation ->
            new Activation(
                "sigmoid",
                algorithm.eltwise_logistic,
                algorithm.eltwise_logistic_use_dst_for_bwd,
                0,
                0));
    KNOWN.put(
        ActivationTanH.class,
        activation ->
            new Activation(
                "tanh", algorithm.eltwise_tanh, algorithm.eltwise_tanh_use_dst_for_bwd, 0, 0));
  }

  private final String name;
  private final algorithm function;

  /** The same, with a derivative that reads the output instead of the input; null for none. */
  private final algorithm ofOutput;

  private final float alpha;
  private final float beta;

  private Activation(String name, algorithm function, algorithm ofOutput, float alpha, float beta) {
    this.name = name;
    this.function = function;
    this.ofOutput = ofOutput;
    this.alpha = alpha;
    this.beta = beta;
  }

  /** DL4J's activation, or null when the plan lacks it. */
  static Activation of(IActivation dl4j) {
    Function<IActivation, Activation> known = KNOWN.get(dl4j.getClass());
    return known == null ? null : known.apply(dl4j);
  }

  boolean isIdentity() {
    return function == null;
  }

  boolean isRelu() {
    return function == algorithm.eltwise_relu && alpha == 0;
  }

  /** Whether the derivative follows from the output alone. */
  boolean isUndoneByOutput() {
    return isIdentity() || ofOutput != null;
  }

  /** Makes it part of the primitive before it. */
  void appendTo(post_ops operations) {
    if (!isIdentity()) operations.append_eltwise(1, function, alpha, beta);
  }

  /** Adds the step from inputs to outputs, which may be the same memory. */
  void forward(Chain chain, String layer, memory.desc desc, memory inputs, memory outputs) {
    if (isIdentity()) return;
    chain.step(
        layer + "." + name,
        describe(chain, desc, function),
        DNNL_ARG_SRC,
        inputs,
        DNNL_ARG_DST,
        outputs);
  }

  /**
   * Adds the step from the gradient of the outputs to that of the inputs, which may be the same
   * memory.
   *
   * @param values the outputs where {@link #isUndoneByOutput}, else the inputs
   */
  void backward(
      Chain chain,
      String layer,
      memory.desc desc,
      memory values,
      memory gradient,
      memory inputGradient) {
    if (isIdentity()) return;
    algorithm derived = isUndoneByOutput() ? ofOutput : function;
    eltwise_backward.primitive_desc backward =
        new eltwise_backward.primitive_desc(
            new eltwise_backward.desc(derived, desc, desc, alpha, beta),
            chain.attributes(),
            OneDnn.ENGINE,
            describe(chain, desc, derived));
    chain.step(
        layer + "." + name + "-backward",
        backward,
        isUndoneByOutput() ? DNNL_ARG_DST : DNNL_ARG_SRC,
        values,
        DNNL_ARG_DIFF_DST,
        gradient,
        DNNL_ARG_DIFF_SRC,
        inputGradient);
  }

  private eltwise_forward.primitive_desc describe(
      Chain chain, memory.desc desc, algorithm algorithm) {
    return new eltwise_forward.primitive_desc(
        new eltwise_forward.desc(prop_kind.forward_training, algorithm, desc, alpha, beta),
        chain.attributes(),
        OneDnn.ENGINE);
  }

  private static Activation relu(ActivationReLU relu) {
    boolean plain =
        relu.getMax() == null && relu.getThreshold() == null && relu.getNegativeSlope() == null;
    return plain ? leakyRelu(0) : null;
  }

  private static Activation leakyRelu(float slope) {
    // The sign of the output tells that of the input only where the slope is not negative.
    return new Activation(
        slope == 0 ? "relu" : "leaky_relu",
        algorithm.eltwise_relu,
        slope < 0 ? null : algorithm.eltwise_relu_use_dst_for_bwd,
        slope,
        0);
  }

  private static Activation elu(ActivationELU elu) {
    // DL4J's own gradient ignores another alpha.
    return elu.getAlpha() == 1
        ? new Activation("elu", algorithm.eltwise_elu, algorithm.eltwise_elu_use_dst_for_bwd, 1, 0)
        : null;
  }
}
