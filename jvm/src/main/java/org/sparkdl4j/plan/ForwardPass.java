package org.sparkdl4j.plan;

import java.util.stream.IntStream;
import org.bytedeco.javacpp.FloatPointer;
import org.sparkdl4j.dataset.LabeledImages;
import org.sparkdl4j.dataset.StandardScaler;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.minibatch.Minibatch;
import org.sparkdl4j.minibatch.Selection;
import org.sparkdl4j.onednn.FloatMemory;

/** Predicts all pictures of a view. */
public final class ForwardPass {
  private ForwardPass() {}

  /**
   * Predicts into memory of the caller.
   *
   * @param batchSize the most pictures to compute at once; it does not change the result
   * @param target address of {@code view.size() * core.classes()} floats
   * @throws SparkDl4jException DATA_SHAPE, PARAMETER_RANGE
   */
  public static void run(
      NetworkCore core, StandardScaler scaler, LabeledImages view, int batchSize, long target) {
    if (batchSize < 1) {
      throw new SparkDl4jException(
          ErrorCode.PARAMETER_RANGE, "batch_size must be at least 1, but is " + batchSize);
    }
    if (view.size() == 0) return;
    int most = core.predictionSize(Math.min(batchSize, view.size()));
    try (Minibatch minibatch =
        new Minibatch(view, scaler, core.takenShape(), core.readShape(), most)) {
      for (int from = 0; from < view.size(); from += most) {
        int count = Math.min(most, view.size() - from);
        minibatch.load(Selection.range(0, from, count));
        long row = (long) from * core.classes();
        core.predict(
            minibatch.features(),
            count,
            FloatMemory.at(target + row * Float.BYTES, (long) count * core.classes()));
      }
    }
  }

  /**
   * Computes what a layer puts out into memory of the caller.
   *
   * @param batchSize the most pictures to compute at once; it does not change the result
   * @param target address of {@code view.size()} times the floats of the layer's shape
   * @throws SparkDl4jException DATA_SHAPE
   */
  public static void outputs(
      NetworkCore core,
      StandardScaler scaler,
      LabeledImages view,
      LayerOutputs layer,
      int batchSize,
      long target) {
    if (view.size() == 0) return;
    long size = 1;
    for (int side : layer.shape()) size *= side;
    int most = Math.min(batchSize, view.size());
    try (Minibatch minibatch =
        new Minibatch(view, scaler, core.inputShape(), layer.readShape(), most)) {
      for (int from = 0; from < view.size(); from += most) {
        int count = Math.min(most, view.size() - from);
        minibatch.load(Selection.range(0, from, count));
        layer.compute(
            minibatch.features(),
            count,
            FloatMemory.at(target + from * size * Float.BYTES, count * size));
      }
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

  /**
   * Whether predictions of the first pictures of a view are free of NaN: parameters can be finite,
   * yet too large.
   *
   * @param count how many pictures
   */
  public static boolean givesNumbers(
      NetworkCore core, StandardScaler scaler, LabeledImages view, int count) {
    LabeledImages sample = view.subset(IntStream.range(0, count).toArray());
    return areNumbers(run(core, scaler, sample, count));
  }

  /** Whether no probability is NaN or infinite. */
  public static boolean areNumbers(float[] probabilities) {
    for (float probability : probabilities) {
      if (!Float.isFinite(probability)) return false;
    }
    return true;
  }
}
