package org.sparkdl4j.plan;

import java.util.List;
import org.bytedeco.dnnl.memory;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;

/** An activation that is not part of the operation before it. */
final class ActivationPlan extends PlanLayer {
  /** DL4J's {@code ActivationLayer}. */
  static final class Kind extends PlanLayer.Kind<ActivationLayer> {
    Kind() {
      super(ActivationLayer.class);
    }

    @Override
    String lacks(ActivationLayer layer) {
      return ActivationPlan.lacks(layer.getActivationFn());
    }

    @Override
    List<PlanLayer> create(Place place, ActivationLayer layer) {
      return List.of(ActivationPlan.of(place.name, layer.getActivationFn()));
    }
  }

  private final Activation activation;
  private Tensor input;
  private Tensor output;

  private ActivationPlan(String name, Activation activation) {
    super(name);
    this.activation = activation;
  }

  /** What of an activation the plan lacks, or null when it lacks nothing. */
  static String lacks(IActivation activation) {
    boolean known = activation instanceof ActivationSoftmax || Activation.of(activation) != null;
    return known ? null : "" + activation;
  }

  /** The operation of an activation that follows a layer. */
  static PlanLayer of(String name, IActivation activation) {
    return activation instanceof ActivationSoftmax
        ? new SoftmaxPlan(name)
        : new ActivationPlan(name, Activation.of(activation));
  }

  Activation activation() {
    return activation;
  }

  @Override
  boolean isIdentity(boolean training) {
    return activation.isIdentity();
  }

  @Override
  long[] outputSize(long[] input) {
    return input;
  }

  @Override
  Tensor forward(Chain chain, List<Tensor> inputs) {
    input = inputs.get(0);
    boolean fromOutput = activation.isUndoneByOutput();
    boolean inPlace = input.mayBeOverwritten(chain) && (fromOutput || !chain.isTraining());
    memory values = inPlace ? input.memory : chain.value(input.desc);
    output = new Tensor(input.dimensions, input.desc, values, input.hasGradient);
    activation.forward(chain, name, input.desc, input.memory, values);
    return fromOutput ? output.after(activation) : output;
  }

  @Override
  void backward(Chain chain, memory gradient) {
    memory inputGradient = gradient;
    if (!activation.isUndoneByOutput()) {
      inputGradient = chain.value(input.desc);
      activation.backward(chain, name, input.desc, input.memory, gradient, inputGradient);
    }
    input.contribute(input.desc, inputGradient, false);
  }
}
