package org.sparkdl4j.plan;

import java.util.stream.IntStream;
import org.bytedeco.javacpp.FloatPointer;
import org.sparkdl4j.dataset.LabeledImages;
import org.sparkdl4j.dataset.StandardScaler;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.minibatch.InputWaits;
import org.sparkdl4j.minibatch.Minibatch;
import org.sparkdl4j.minibatch.MinibatchStream;
import org.sparkdl4j.minibatch.Selection;

/** Predicts all pictures of a view. */
public final class ForwardPass {
  private ForwardPass() {}

  /**
   * Predicts into memory of the caller.
   *
   * @param batchSize the most pictures to compute at once; it does not change the result
   * @param target address of {@code view.size() * core.classes()} floats
   * @return how often computing had to wait for pictures; {@link InputWaits#NONE} where they make
   *     up one minibatch, which is prepared and then computed
   * @throws SparkDl4jException DATA_SHAPE, PARAMETER_RANGE
   */
  public static InputWaits run(
      NetworkCore core, StandardScaler scaler, LabeledImages view, int batchSize, long target) {
    if (batchSize < 1) {
      throw new SparkDl4jException(
          ErrorCode.PARAMETER_RANGE, "batch_size must be at least 1, but is " + batchSize);
    }
    int size = view.size();
    if (size == 0) return InputWaits.NONE;
    if (size <= batchSize) {
      // There is nothing to compute while the pictures are prepared, so no thread is started.
      try (Minibatch only = new Minibatch(view, scaler, core.inputShape(), size)) {
        only.load(Selection.range(0, 0, size));
        predict(core, only, target);
      }
      return InputWaits.NONE;
    }
    int minibatches = (size - 1) / batchSize + 1;
    try (MinibatchStream input =
        new MinibatchStream(
            view,
            scaler,
            core.inputShape(),
            batchSize,
            IntStream.range(0, minibatches)
                .mapToObj(i -> range(i, (long) i * batchSize, size, batchSize))
                .iterator())) {
      for (int i = 0; i < minibatches; i++) {
        long row = (long) i * batchSize * core.classes();
        predict(core, input.next(() -> false), target + row * Float.BYTES);
      }
      return input.waits();
    }
  }

  /** Predicts into a new array, {@code [view.size(), core.classes()]}, row by row. */
  public static float[] run(
      NetworkCore core, StandardScaler scaler, LabeledImages view, int batchSize) {
    float[] probabilities = new float[Math.multiplyExact(view.size(), core.classes())];
    try (FloatPointer memory = new FloatPointer((long) probabilities.length)) {
      run(core, scaler, view, batchSize, memory.address());
      memory.get(probabilities);
    }
    return probabilities;
  }

  private static Selection range(int number, long from, int size, int batchSize) {
    return Selection.range(number, (int) from, (int) Math.min(batchSize, size - from));
  }

  private static void predict(NetworkCore core, Minibatch minibatch, long target) {
    long values = (long) minibatch.size() * core.classes();
    core.predict(minibatch.features(), minibatch.size(), FloatMemory.at(target, values));
  }
}
