package org.sparkdl4j.dataset;

import java.util.Arrays;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;

/**
 * Splits examples in two so that every class is held out by the same share, as nearly as whole
 * examples allow. The same in Python ({@code splits.py}).
 */
public final class StratifiedSplit {
  private final int[] kept;
  private final int[] heldOut;

  private StratifiedSplit(int[] kept, int[] heldOut) {
    this.kept = kept;
    this.heldOut = heldOut;
  }

  /**
   * Splits.
   *
   * @param labels class indices from 0 on, one for each example
   * @param fraction the share to hold out, above 0 and below 1; a class with two or more examples
   *     has at least one on each side, the only example of a class is kept
   * @param seed chooses the examples
   * @throws SparkDl4jException PARAMETER_RANGE, DATA_LABELS, or DATA_EMPTY when no class has two
   *     examples
   */
  public static StratifiedSplit of(int[] labels, double fraction, long seed) {
    int[] quotas = quotas(members(labels), fraction);
    boolean[] held = new boolean[labels.length];
    int total = 0;
    for (int i : SeededOrder.permutation(labels.length, seed, SeededOrder.SPLIT_STREAM)) {
      if (quotas[labels[i]] > 0) {
        quotas[labels[i]]--;
        held[i] = true;
        total++;
      }
    }
    int[] kept = new int[labels.length - total];
    int[] heldOut = new int[total];
    int nextKept = 0;
    int nextHeld = 0;
    for (int i = 0; i < labels.length; i++) {
      if (held[i]) heldOut[nextHeld++] = i;
      else kept[nextKept++] = i;
    }
    return new StratifiedSplit(kept, heldOut);
  }

  /** The examples that remain, ascending. */
  public int[] kept() {
    return kept.clone();
  }

  /** The examples that are held out, ascending. */
  public int[] heldOut() {
    return heldOut.clone();
  }

  /** How many examples each class has. */
  private static int[] members(int[] labels) {
    if (Arrays.stream(labels).anyMatch(label -> label < 0)) {
      throw new SparkDl4jException(ErrorCode.DATA_LABELS, "a class index is negative");
    }
    int[] members = new int[Arrays.stream(labels).max().orElse(0) + 1];
    for (int label : labels) members[label]++;
    return members;
  }

  /**
   * How many of each class to hold out: the method of the largest remainder.
   *
   * @param members how many examples each class has
   * @param fraction the share, as {@link #of} takes it
   * @throws SparkDl4jException PARAMETER_RANGE, or DATA_EMPTY when no class has two examples
   */
  public static int[] quotas(int[] members, double fraction) {
    if (!(fraction > 0 && fraction < 1)) {
      throw new SparkDl4jException(
              ErrorCode.PARAMETER_RANGE,
              "the share to hold out must be above 0 and below 1, but is " + fraction)
          .with("parameter", "fraction");
    }
    long n = Arrays.stream(members).asLongStream().sum();
    if (Arrays.stream(members).allMatch(number -> number < 2)) {
      throw new SparkDl4jException(
          ErrorCode.DATA_EMPTY, "nothing can be held out of " + n + " examples: no class has two");
    }
    int[] quotas = new int[members.length];
    double[] remainders = new double[members.length];
    int missing = Math.toIntExact((long) Math.floor(fraction * n + 0.5));
    for (int c = 0; c < members.length; c++) {
      double exact = fraction * members[c];
      quotas[c] = (int) Math.floor(exact);
      remainders[c] = exact - quotas[c];
      missing -= quotas[c];
    }
    for (; missing > 0; missing--) {
      int largest = 0;
      for (int c = 1; c < members.length; c++) {
        if (remainders[c] > remainders[largest]) largest = c;
      }
      quotas[largest]++;
      remainders[largest] = -1;
    }
    for (int c = 0; c < members.length; c++) {
      // The only example of a class is needed for training.
      quotas[c] = members[c] < 2 ? 0 : Math.max(1, Math.min(members[c] - 1, quotas[c]));
    }
    return quotas;
  }
}
