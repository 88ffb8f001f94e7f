package org.sparkdl4j.plan;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_0;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_1;

import org.bytedeco.dnnl.binary;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.memory;
import org.bytedeco.javacpp.FloatPointer;
import org.deeplearning4j.nn.conf.dropout.Dropout;
import org.deeplearning4j.nn.conf.dropout.IDropout;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;

/**
 * Dropout: in training, values are kept with a probability and then divided by it, else zero. In
 * inference it does nothing.
 */
final class DropoutPlan extends PlanLayer {
  /** DL4J's {@code DropoutLayer}; it ignores its activation. */
  static final class Kind extends PlanLayer.Kind<DropoutLayer> {
    Kind() {
      super(DropoutLayer.class);
    }

    @Override
    String lacks(DropoutLayer layer) {
      return lacksDropout(layer.getIDropout());
    }

    @Override
    PlanLayer create(String name, DropoutLayer layer, long offset, int number) {
      return new DropoutPlan(name, layer.getIDropout(), number);
    }
  }

  private final double keep;
  private final long salt;
  private memory mask;
  private Tensor output;

  /**
   * Dropout where a layer's input is.
   *
   * @param salt makes its random numbers others than those of other layers
   */
  DropoutPlan(String name, IDropout dropout, long salt) {
    super(name);
    keep = dropout == null ? 1 : ((Dropout) dropout).getP();
    this.salt = salt;
  }

  /** What of a dropout the plan lacks, or null when it lacks nothing. */
  static String lacksDropout(IDropout dropout) {
    if (dropout == null) return null;
    boolean plain =
        dropout.getClass() == Dropout.class && ((Dropout) dropout).getPSchedule() == null;
    return plain ? null : "" + dropout;
  }

  @Override
  Tensor forward(Chain chain, Tensor input) {
    if (!chain.isTraining() || keep == 1) return input;
    output = chain.output(input.dimensions, input.desc, input.hasGradient);
    mask = chain.own(input.desc);
    int perPicture = Math.toIntExact(input.desc.get_size() / Float.BYTES / input.dimensions[0]);
    FloatPointer values = FloatMemory.at(OneDnn.address(mask), perPicture * input.dimensions[0]);
    DropoutMask random = new DropoutMask(keep, salt, perPicture);
    chain.seeded(seed -> random.fill(values, seed));
    multiply(chain, true, input.memory, output.memory);
    return output;
  }

  @Override
  memory backward(Chain chain, memory gradient) {
    if (output != null) multiply(chain, false, gradient, gradient);
    return gradient;
  }

  private void multiply(Chain chain, boolean forward, memory from, memory to) {
    binary.primitive_desc description =
        new binary.primitive_desc(
            new binary.desc(algorithm.binary_mul, output.desc, output.desc, output.desc),
            chain.attributes(),
            OneDnn.ENGINE);
    Object[] arguments = {DNNL_ARG_SRC_0, from, DNNL_ARG_SRC_1, mask, DNNL_ARG_DST, to};
    if (forward) {
      chain.forward(name + ".forward", description, new binary(description), arguments);
    } else {
      chain.backward(name + ".backward", description, new binary(description), arguments);
    }
  }
}
