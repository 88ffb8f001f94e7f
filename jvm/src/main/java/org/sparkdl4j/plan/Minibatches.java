package org.sparkdl4j.plan;

import java.util.Arrays;
import org.bytedeco.javacpp.FloatPointer;
import org.sparkdl4j.dataset.LabeledImages;
import org.sparkdl4j.dataset.PixelBlock;
import org.sparkdl4j.dataset.StandardScaler;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;

/** The pictures of a view as a network reads them: standardised, one minibatch at a time. */
public final class Minibatches implements AutoCloseable {
  private final LabeledImages view;
  private final StandardScaler scaler;
  private final FloatPointer memory;

  /**
   * Memory for one minibatch.
   *
   * @param inputShape {@code [height, width, channels]} that the network takes
   * @param batchSize the most pictures in one minibatch
   * @throws SparkDl4jException DATA_SHAPE when the pictures have another shape
   */
  public Minibatches(LabeledImages view, StandardScaler scaler, int[] inputShape, int batchSize) {
    PixelBlock block = view.block();
    int[] shape = {block.height(), block.width(), block.channels()};
    if (!Arrays.equals(shape, inputShape)) {
      throw new SparkDl4jException(
          ErrorCode.DATA_SHAPE,
          String.format(
              "the network takes pictures of %dx%dx%d (height x width x channels), but these are"
                  + " %dx%dx%d",
              inputShape[0], inputShape[1], inputShape[2], shape[0], shape[1], shape[2]));
    }
    this.view = view;
    this.scaler = scaler;
    this.memory = new FloatPointer((long) Math.min(batchSize, view.size()) * block.rowLength());
  }

  /**
   * Fills the memory.
   *
   * @param order numbers of pictures in the view; null for 0, 1, 2, ...
   * @param from the first place of {@code order} to take
   * @param count how many places to take
   * @return the memory, the same with every call
   */
  public FloatPointer load(int[] order, int from, int count) {
    scaler.apply(view, from, count, order, memory.address());
    return memory;
  }

  @Override
  public void close() {
    memory.close();
  }
}
