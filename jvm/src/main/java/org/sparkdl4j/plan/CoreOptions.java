package org.sparkdl4j.plan;

/** How a network is computed, which changes roundings and resources but not what is computed. */
public final class CoreOptions {
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
