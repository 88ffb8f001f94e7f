package org.sparkdl4j.minibatch;

/** How often, and how long, computing had to wait for its input. */
public final class InputWaits {
  /** No step at all. */
  public static final InputWaits NONE = new InputWaits(0, 0, 0);

  private final long steps;
  private final long waits;
  private final double seconds;

  /**
   * Counts.
   *
   * @param steps minibatches that were asked for
   * @param waits how many of them were not ready then
   * @param seconds until they were, all together
   */
  public InputWaits(long steps, long waits, double seconds) {
    this.steps = steps;
    this.waits = waits;
    this.seconds = seconds;
  }

  /** Minibatches that were asked for. */
  public long steps() {
    return steps;
  }

  /** How many of them were not ready then. */
  public long waits() {
    return waits;
  }

  /** The seconds until they were, all together. */
  public double seconds() {
    return seconds;
  }

  /** Both together. */
  public InputWaits plus(InputWaits other) {
    return new InputWaits(steps + other.steps, waits + other.waits, seconds + other.seconds);
  }

  /** What has come since an earlier count of the same. */
  public InputWaits since(InputWaits earlier) {
    return new InputWaits(steps - earlier.steps, waits - earlier.waits, seconds - earlier.seconds);
  }
}
