package org.sparkdl4j.plan;

import java.util.List;
import org.bytedeco.dnnl.memory;

/** The network's input: pictures in memory of the caller. */
final class PicturesPlan extends PlanLayer {
  private final int[] shape;
  private long[] size;

  /** Pictures of {@code [height, width, channels]}. */
  PicturesPlan(int[] shape) {
    super("input");
    this.shape = shape;
    size = new long[] {shape[0], shape[1]};
  }

  /** Height and width of what the network reads of each picture. */
  long[] size() {
    return size;
  }

  /** Reads nothing but the first rows and columns. */
  void crop(long[] wanted) {
    size = wanted;
  }

  @Override
  Tensor forward(Chain chain, List<Tensor> inputs) {
    return chain.pictures(
        new long[] {chain.count(), shape[2], shape[0], shape[1]},
        new long[] {chain.count(), shape[2], size[0], size[1]});
  }

  @Override
  void backward(Chain chain, memory gradient) {
    throw new IllegalStateException("pictures have no gradient");
  }
}
