package org.sparkdl4j.update;

import java.nio.FloatBuffer;
import org.sparkdl4j.onednn.FloatMemory;

/**
 * Some of a parameter's values in DL4J's views, so few that they stay in the processor's cache
 * while several loops pass over them. Copies to arrays and back: the compiler makes vector
 * instructions of loops over arrays only, and bulk copies of buffers cost less than javacpp's.
 */
final class UpdateChunk {
  /** The most values of a chunk: four arrays of them fit the L2 cache of every processor. */
  static final int LENGTH = 4096;

  /** One thread's arrays. */
  static final class Arrays {
    private final float[] weight = new float[LENGTH];
    private final float[] gradient = new float[LENGTH];
    private final float[] first = new float[LENGTH];
    private final float[] second = new float[LENGTH];
    private final float[] finite = new float[LENGTH];

    /** Whether all gradients since the last call were finite. */
    boolean wereFinite() {
      boolean were = true;
      for (int i = 0; i < LENGTH; i++) {
        were &= finite[i] == 0;
        finite[i] = 0;
      }
      return were;
    }
  }

  private final ParameterUpdate update;
  private final int length;
  private final FloatBuffer weights;
  private final FloatBuffer gradients;
  private final FloatBuffer firstStates;
  private final FloatBuffer secondStates;
  private double squares;
  private float factor = 1;
  private float limit = Float.POSITIVE_INFINITY;

  /**
   * A chunk at addresses in DL4J's views.
   *
   * @param first address of the updater's first states, 0 for none
   * @param second address of its second ones, 0 for none
   */
  UpdateChunk(
      ParameterUpdate update, int length, long weights, long gradients, long first, long second) {
    this.update = update;
    this.length = length;
    this.weights = buffer(weights, length);
    this.gradients = buffer(gradients, length);
    firstStates = buffer(first, length);
    secondStates = buffer(second, length);
  }

  ParameterUpdate update() {
    return update;
  }

  /** Multiplies the gradients of the next update, and of those after it unless it is set again. */
  void scale(float value) {
    factor = value;
  }

  /** Limits the absolute value of each gradient from now on. */
  void limit(float value) {
    limit = value;
  }

  /** The sum of the gradients' squares that {@link #measure} found. */
  double squares() {
    return squares;
  }

  /** Adds up the gradients' squares, before they are divided by the minibatch. */
  void measure(Arrays arrays) {
    float[] gradient = arrays.gradient;
    read(gradients, gradient);
    // Four sums, since each addition waits for the one before it.
    double a = 0;
    double b = 0;
    double c = 0;
    double d = 0;
    int i = 0;
    for (; i + 3 < length; i += 4) {
      a += (double) gradient[i] * gradient[i];
      b += (double) gradient[i + 1] * gradient[i + 1];
      c += (double) gradient[i + 2] * gradient[i + 2];
      d += (double) gradient[i + 3] * gradient[i + 3];
    }
    for (; i < length; i++) a += (double) gradient[i] * gradient[i];
    squares = a + b + (c + d);
  }

  /** Updates parameters and states where they are; the gradients stay. */
  void run(Arrays arrays) {
    float[] gradient = arrays.gradient;
    float[] finite = arrays.finite;
    read(weights, arrays.weight);
    read(gradients, gradient);
    if (firstStates != null) read(firstStates, arrays.first);
    if (secondStates != null) read(secondStates, arrays.second);

    // Zero times a number is zero; times NaN or infinity it is NaN. No branch, no reduction.
    for (int i = 0; i < length; i++) finite[i] += gradient[i] * 0;
    update.apply(arrays.weight, gradient, arrays.first, arrays.second, length, factor, limit);

    write(weights, arrays.weight);
    if (firstStates != null) write(firstStates, arrays.first);
    if (secondStates != null) write(secondStates, arrays.second);
  }

  private static FloatBuffer buffer(long address, int length) {
    return address == 0 ? null : FloatMemory.at(address, length).asBuffer();
  }

  private static void read(FloatBuffer from, float[] into) {
    from.clear();
    from.get(into, 0, from.capacity());
  }

  private static void write(FloatBuffer into, float[] from) {
    into.clear();
    into.put(from, 0, into.capacity());
  }
}
