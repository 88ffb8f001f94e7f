package org.sparkdl4j.serving;

/** What a {@link MicroBatcher} has done since it was made. */
public final class BatchStatistics {
  private final int waiting;
  private final long pictures;
  private final long damaged;
  private final long batches;
  private final double computingSeconds;

  BatchStatistics(int waiting, long pictures, long damaged, long batches, double seconds) {
    this.waiting = waiting;
    this.pictures = pictures;
    this.damaged = damaged;
    this.batches = batches;
    this.computingSeconds = seconds;
  }

  /** Pictures that wait or are computed now. */
  public int waiting() {
    return waiting;
  }

  /** Pictures predicted. */
  public long pictures() {
    return pictures;
  }

  /** Pictures that could not be decoded. */
  public long damaged() {
    return damaged;
  }

  /** Forward passes; {@code pictures() / batches()} is the mean size of a batch. */
  public long batches() {
    return batches;
  }

  /** Seconds that the network has computed. */
  public double computingSeconds() {
    return computingSeconds;
  }
}
