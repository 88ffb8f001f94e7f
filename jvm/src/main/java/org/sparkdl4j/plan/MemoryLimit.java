package org.sparkdl4j.plan;

import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.function.IntToLongFunction;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;

/** How much memory one network's plan may take for activations and gradients. */
public final class MemoryLimit {
  private static final double GIB = 1L << 30;
  private static final double SHARE_OF_MACHINE = 0.75;

  private final double bytes;

  /** A limit in GiB; 0 for three quarters of the memory that the machine or container has. */
  public MemoryLimit(double gib) {
    if (gib > 0) {
      bytes = gib * GIB;
    } else {
      java.lang.management.OperatingSystemMXBean system =
          ManagementFactory.getOperatingSystemMXBean();
      bytes =
          SHARE_OF_MACHINE
              * ((com.sun.management.OperatingSystemMXBean) system).getTotalPhysicalMemorySize();
    }
  }

  /**
   * Makes sure that a minibatch fits.
   *
   * @param bytesOf the bytes that a minibatch of so many pictures needs
   * @throws SparkDl4jException OUT_OF_MEMORY, with the largest minibatch that was found to fit
   */
  void require(int count, IntToLongFunction bytesOf) {
    long wanted = bytesOf.applyAsLong(count);
    if (wanted <= bytes) return;
    int fitting = count;
    long needed = wanted;
    while (fitting > 0 && needed > bytes) {
      // What does not grow with the minibatch makes the share too large at first.
      fitting = Math.min(fitting - 1, (int) (fitting * (bytes / needed)));
      needed = fitting == 0 ? 0 : bytesOf.applyAsLong(fitting);
    }
    throw new SparkDl4jException(
            ErrorCode.OUT_OF_MEMORY,
            String.format(
                Locale.ROOT,
                "a minibatch of %d pictures needs %.3g GiB for activations, but memory_limit allows"
                    + " %.3g: %s",
                count,
                wanted / GIB,
                bytes / GIB,
                fitting == 0
                    ? "not even one picture would fit, so allow more or take smaller pictures"
                    : "a batch_size of " + fitting + " fits"))
        .with("parameter", "batch_size");
  }

  /**
   * Makes sure that what frozen layers put out for all pictures fits.
   *
   * @throws SparkDl4jException OUT_OF_MEMORY
   */
  public void requireFeatures(long wanted) {
    if (wanted <= bytes) return;
    throw new SparkDl4jException(
            ErrorCode.OUT_OF_MEMORY,
            String.format(
                Locale.ROOT,
                "what the frozen layers put out for all pictures, which is computed once, takes"
                    + " %.3g GiB, but memory_limit allows %.3g: train fewer layers, or all of them",
                wanted / GIB,
                bytes / GIB))
        .with("parameter", "trainable");
  }
}
