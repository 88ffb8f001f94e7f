package org.sparkdl4j.plan;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_0;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_1;

import java.util.List;
import org.bytedeco.dnnl.binary;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.memory;
import org.deeplearning4j.nn.conf.dropout.Dropout;
import org.deeplearning4j.nn.conf.dropout.IDropout;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.sparkdl4j.onednn.FloatMemory;
import org.sparkdl4j.onednn.OneDnn;

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
    List<PlanLayer> create(Place place, DropoutLayer layer) {
      return List.of(new DropoutPlan(place, layer.getIDropout()));
    }
  }

  private final double keep;
  private final long salt;
  private Tensor input;
  private memory.desc desc;
  private memory mask;

  /** Dropout where a layer's input is, with random numbers of its own. */
  DropoutPlan(Place place, IDropout dropout) {
    super(place.name);
    keep = dropout == null ? 1 : ((Dropout) dropout).getP();
    salt = place.number;
  }

  /** What of a dropout the plan lacks, or null when it lacks nothing. */
  static String lacksDropout(IDropout dropout) {
    if (dropout == null) return null;
    boolean plain =
        dropout.getClass() == Dropout.class && ((Dropout) dropout).getPSchedule() == null;
    return plain ? null : "" + dropout;
  }

  @Override
  boolean isIdentity(boolean training) {
    return !training || keep == 1;
  }

  @Override
  Tensor forward(Chain chain, List<Tensor> inputs) {
    input = inputs.get(0);
    desc = chain.keep(OneDnn.as(input.desc, OneDnn.FLOAT));
    Tensor output = chain.output(input.dimensions, desc, input.hasGradient);
    mask = chain.value(desc);
    int perPicture = Math.toIntExact(desc.get_size() / Float.BYTES / input.dimensions[0]);
    DropoutMask random = new DropoutMask(keep, salt, perPicture);
    long size = perPicture * input.dimensions[0];
    chain.seeded(seed -> random.fill(FloatMemory.at(OneDnn.address(mask), size), seed), mask);
    multiply(chain, name + ".forward", chain.input(name, input, desc), output.memory);
    return output;
  }

  @Override
  void backward(Chain chain, memory gradient) {
    memory inputGradient = chain.value(desc);
    multiply(chain, name + ".backward", gradient, inputGradient);
    input.contribute(desc, inputGradient, false);
  }

  private void multiply(Chain chain, String step, memory from, memory to) {
    binary.primitive_desc description =
        new binary.primitive_desc(
            new binary.desc(algorithm.binary_mul, desc, desc, desc),
            chain.attributes(),
            OneDnn.ENGINE);
    chain.step(step, description, DNNL_ARG_SRC_0, from, DNNL_ARG_SRC_1, mask, DNNL_ARG_DST, to);
  }
}
