package org.sparkdl4j.dl4j;

import org.nd4j.shade.jackson.databind.node.ArrayNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.spec.Json;

/**
 * How many of some finite numbers lie in each of {@value #PARTS} equal parts of the range from the
 * smallest to the largest. The numbers come twice: first to {@link #measure}, then to {@link
 * #count}.
 */
final class Histogram {
  /** As many as TensorBoard makes by default. */
  static final int PARTS = 30;

  private float smallest = Float.POSITIVE_INFINITY;
  private float largest = Float.NEGATIVE_INFINITY;
  private final long[] counts = new long[PARTS];

  /** Widens the range. */
  void measure(float[] values, int length) {
    for (int i = 0; i < length; i++) {
      smallest = Math.min(smallest, values[i]);
      largest = Math.max(largest, values[i]);
    }
  }

  /** Counts; the range is known by now. */
  void count(float[] values, int length) {
    double parts = largest > smallest ? PARTS / ((double) largest - smallest) : 0;
    for (int i = 0; i < length; i++) {
      int part = (int) (((double) values[i] - smallest) * parts);
      counts[Math.min(part, PARTS - 1)]++;
    }
  }

  /** {@code min}, {@code max} and {@code counts}; where all are equal, the first part has them. */
  ObjectNode toJson() {
    ObjectNode json = Json.object().put("min", smallest).put("max", largest);
    ArrayNode list = json.putArray("counts");
    for (long count : counts) list.add(count);
    return json;
  }
}
