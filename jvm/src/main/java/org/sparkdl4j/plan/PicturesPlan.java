package org.sparkdl4j.plan;

import java.util.List;
import org.bytedeco.dnnl.memory;

/** The network's input: pictures in memory of the caller. */
final class PicturesPlan extends PlanLayer {
  private final int[] shape;

  /** Pictures of {@code [height, width, channels]}. */
  PicturesPlan(int[] shape) {
    super("input");
    this.shape = shape;
  }

  @Override
  Tensor forward(Chain chain, List<Tensor> inputs) {
    return chain.pictures(new long[] {chain.count(), shape[2], shape[0], shape[1]});
  }

  @Override
  void backward(Chain chain, memory gradient) {
    throw new IllegalStateException("pictures have no gradient");
  }
}
