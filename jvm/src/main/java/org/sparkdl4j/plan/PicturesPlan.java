package org.sparkdl4j.plan;

import java.util.List;
import org.bytedeco.dnnl.memory;

/** The network's input: pictures in memory of the caller. */
final class PicturesPlan extends PlanLayer {
  private final int[] shape;

  /** Pictures of {@code [height, width, channels]}. */
  PicturesPlan(int[] shape) {
    super("input");
    this.shape = shape.clone();
  }

  /** {@code [height, width, channels]} of what the network reads of each picture. */
  int[] shape() {
    return shape.clone();
  }

  /** Reads nothing but the first rows and columns. */
  void crop(long[] size) {
    shape[0] = Math.toIntExact(size[0]);
    shape[1] = Math.toIntExact(size[1]);
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
