package org.sparkdl4j.plan;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.memory;

/** The sum of tensors of one shape. */
final class AddPlan extends PlanLayer {
  private List<Tensor> inputs;
  private memory.desc desc;

  AddPlan(String name) {
    super(name);
  }

  @Override
  Tensor forward(Chain chain, List<Tensor> inputs) {
    this.inputs = inputs;
    desc = inputs.get(0).desc;
    List<memory> parts = new ArrayList<>();
    boolean hasGradient = false;
    for (Tensor input : inputs) {
      parts.add(chain.input(name, input, desc));
      hasGradient |= input.hasGradient;
    }
    memory total = chain.sum(name + ".forward", desc, parts);
    return new Tensor(inputs.get(0).dimensions, desc, total, hasGradient);
  }

  @Override
  void backward(Chain chain, memory gradient) {
    for (Tensor input : inputs) {
      if (input.hasGradient) input.contribute(desc, gradient, inputs.size() > 1);
    }
  }
}
