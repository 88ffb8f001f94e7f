package org.sparkdl4j.plan;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How a network is computed, which changes roundings and resources but not what is computed. */
public final class CoreOptions {
  private static final Logger LOG = LoggerFactory.getLogger(CoreOptions.class);

  /** float32, as many threads as the process has processors, three quarters of the memory. */
  public static final CoreOptions DEFAULT = new CoreOptions("f32", 0, 0, null);

  private final String precision;
  private final int threads;
  private final double memoryLimit;
  private final String tuning;

  /**
   * Options.
   *
   * @param precision {@code "f32"} or {@code "bf16"}
   * @param threads threads that compute one network; 0 for all processors of the process
   * @param memoryLimit GiB that one network's plan may take; 0 for three quarters of the memory
   * @param tuning the choice of formats that an earlier run stored, or null for the rule's
   */
  public CoreOptions(String precision, int threads, double memoryLimit, String tuning) {
    this.precision = precision;
    this.threads = threads;
    this.memoryLimit = memoryLimit;
    this.tuning = tuning;
  }

  public String precision() {
    return precision;
  }

  /** Whether to compute with bfloat16: it was asked for, and the processor does. */
  boolean isBfloat16() {
    if (!precision.equals("bf16")) return false;
    if (Processor.hasBfloat16()) return true;
    LOG.warn("precision bf16: this processor has no bfloat16 instructions, so f32 is used");
    return false;
  }

  public int threads() {
    return threads;
  }

  public double memoryLimit() {
    return memoryLimit;
  }

  public String tuning() {
    return tuning;
  }
}
