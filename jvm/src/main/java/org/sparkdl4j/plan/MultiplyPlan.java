package org.sparkdl4j.plan;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_0;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_1;

import java.util.Arrays;
import java.util.List;
import org.bytedeco.dnnl.binary;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.reduction;
import org.sparkdl4j.onednn.OneDnn;

/** The product of two tensors; one may be a single pixel, which then scales the whole channel. */
final class MultiplyPlan extends PlanLayer {
  private Tensor large;
  private Tensor small;
  private memory.desc largeDesc;
  private memory.desc smallDesc;
  private memory largeValues;
  private memory smallValues;

  MultiplyPlan(String name) {
    super(name);
  }

  @Override
  Tensor forward(Chain chain, List<Tensor> inputs) {
    boolean inOrder = inputs.get(0).desc.get_size() >= inputs.get(1).desc.get_size();
    large = inputs.get(inOrder ? 0 : 1);
    small = inputs.get(inOrder ? 1 : 0);
    largeDesc = chain.keep(large.plain());
    smallDesc = chain.keep(small.plain());
    largeValues = chain.input(name, large, largeDesc);
    smallValues = chain.input(name, small, smallDesc);
    Tensor output =
        chain.output(large.dimensions, largeDesc, large.hasGradient || small.hasGradient);
    multiply(chain, name + ".forward", largeValues, smallDesc, smallValues, output.memory);
    return output;
  }

  @Override
  void backward(Chain chain, memory gradient) {
    if (small.hasGradient) contributeSmall(chain, gradient);
    if (!large.hasGradient) return;
    memory data = chain.value(largeDesc);
    multiply(chain, name + ".backward", gradient, smallDesc, smallValues, data);
    large.contribute(largeDesc, data, false);
  }

  private void contributeSmall(Chain chain, memory gradient) {
    memory product = chain.value(largeDesc);
    multiply(chain, name + ".backward-scale", gradient, largeDesc, largeValues, product);
    if (Arrays.equals(large.dimensions, small.dimensions)) {
      small.contribute(largeDesc, product, false);
      return;
    }
    // oneDNN cannot add up float32 into bfloat16.
    memory.desc totalDesc =
        chain.keep(OneDnn.desc(small.dimensions, memory.format_tag.nhwc, large.desc.data_type()));
    memory total = chain.value(totalDesc);
    chain.step(
        name + ".backward-sum",
        new reduction.primitive_desc(
            new reduction.desc(algorithm.reduction_sum, largeDesc, totalDesc, 0, 0),
            chain.attributes(),
            OneDnn.ENGINE),
        DNNL_ARG_SRC,
        product,
        DNNL_ARG_DST,
        total);
    small.contribute(totalDesc, total, false);
  }

  private void multiply(
      Chain chain, String step, memory first, memory.desc otherDesc, memory other, memory to) {
    chain.step(
        step,
        new binary.primitive_desc(
            new binary.desc(algorithm.binary_mul, largeDesc, otherDesc, largeDesc),
            chain.attributes(),
            OneDnn.ENGINE),
        DNNL_ARG_SRC_0,
        first,
        DNNL_ARG_SRC_1,
        other,
        DNNL_ARG_DST,
        to);
  }
}
