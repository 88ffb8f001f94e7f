package org.sparkdl4j.plan;

import java.util.List;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.format_tag;
import org.bytedeco.javacpp.FloatPointer;
import org.sparkdl4j.onednn.FloatMemory;
import org.sparkdl4j.onednn.OneDnn;

/**
 * Softmax between layers without pictures, in Java: oneDNN's takes NaN for a large number. That of
 * the output layer is part of the loss.
 */
final class SoftmaxPlan extends PlanLayer {
  private Tensor input;
  private memory.desc desc;
  private Tensor output;
  private float[] values;
  private float[] gradients;

  SoftmaxPlan(String name) {
    super(name);
  }

  @Override
  Tensor forward(Chain chain, List<Tensor> inputs) {
    input = inputs.get(0);
    if (input.isImage()) throw new UnsupportedOperationException(name + ": softmax of pictures");
    desc = chain.keep(OneDnn.desc(input.dimensions, format_tag.nc));
    output = chain.output(input.dimensions, desc, input.hasGradient);
    values = new float[Math.toIntExact(input.dimensions[0] * input.dimensions[1])];
    gradients = new float[values.length];
    memory source = chain.input(name, input, desc);
    chain.step(
        name + ".forward",
        "softmax",
        () -> {
          of(source).get(values);
          for (int from = 0; from < values.length; from += units()) normalize(from);
          of(output.memory).put(values);
        },
        source,
        output.memory);
    return output;
  }

  @Override
  void backward(Chain chain, memory gradient) {
    memory data = chain.value(desc);
    chain.step(
        name + ".backward",
        "softmax",
        () -> {
          of(output.memory).get(values);
          of(gradient).get(gradients);
          for (int from = 0; from < values.length; from += units()) differentiate(from);
          of(data).put(gradients);
        },
        output.memory,
        gradient,
        data);
    input.contribute(desc, data, false);
  }

  private int units() {
    return (int) input.dimensions[1];
  }

  private FloatPointer of(memory object) {
    return FloatMemory.at(OneDnn.address(object), values.length);
  }

  private void normalize(int from) {
    float largest = Float.NEGATIVE_INFINITY;
    for (int k = from; k < from + units(); k++) largest = Math.max(largest, values[k]);
    double sum = 0;
    for (int k = from; k < from + units(); k++) {
      values[k] = (float) Math.exp(values[k] - largest);
      sum += values[k];
    }
    for (int k = from; k < from + units(); k++) values[k] = (float) (values[k] / sum);
  }

  private void differentiate(int from) {
    double sum = 0;
    for (int k = from; k < from + units(); k++) sum += gradients[k] * values[k];
    for (int k = from; k < from + units(); k++) {
      gradients[k] = (float) (values[k] * (gradients[k] - sum));
    }
  }
}
