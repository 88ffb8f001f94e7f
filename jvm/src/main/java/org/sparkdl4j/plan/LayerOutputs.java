package org.sparkdl4j.plan;

import org.bytedeco.javacpp.FloatPointer;

/** What one of a network's layers puts out in predictions; nothing behind it is computed. */
public interface LayerOutputs {
  /**
   * {@code [height, width, channels]} of what is read of a picture for them: its first rows and
   * columns.
   */
  int[] readShape();

  /** Their shape: {@code [height, width, channels]} or {@code [units]}. */
  int[] shape();

  /**
   * Computes them for one minibatch.
   *
   * @param pictures standardised, {@code count} times the floats of {@link #readShape}
   * @param target receives {@code count} times the floats of {@link #shape}; NaN for pictures that
   *     are not finite
   */
  void compute(FloatPointer pictures, int count, FloatPointer target);
}
