package org.sparkdl4j.plan;

import java.util.List;
import org.bytedeco.dnnl.memory;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;

/** An activation that is not part of the operation before it. */
final class ActivationPlan extends PlanLayer {
  /** DL4J's {@code ActivationLayer}. */
  static final class Kind extends PlanLayer.Kind<ActivationLayer> {
    Kind() {
      super(ActivationLayer.class);
    }

    @Override
    String lacks(ActivationLayer layer) {
      return Activation.of(layer.getActivationFn()) == null ? "" + layer.getActivationFn() : null;
    }

    @Override
    List<PlanLayer> create(Place place, ActivationLayer layer) {
      return List.of(new ActivationPlan(place.name, Activation.of(layer.getActivationFn())));
    }
  }

  private final Activation activation;
  private Tensor input;
  private Tensor output;

  ActivationPlan(String name, Activation activation) {
    super(name);
    this.activation = activation;
  }

  Activation activation() {
    return activation;
  }

  @Override
  boolean isIdentity(boolean training) {
    return activation.isIdentity();
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
