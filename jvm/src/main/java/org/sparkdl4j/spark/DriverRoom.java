package org.sparkdl4j.spark;

import java.util.Locale;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;

/**
 * The driver's Java heap. Spark's threads that receive results die when it is full, and their jobs
 * wait for ever; so what is too large is refused before.
 */
final class DriverRoom {
  private static final String SETTING = "spark.driver.memory";

  /**
   * How often a round has a network in the heap: the last average, its broadcast as bytes, the
   * results as bytes and as arrays, and the next average.
   */
  private static final int COPIES = 5;

  /** Where workers live in the driver's process: the last average and the next one. */
  private static final int COPIES_BESIDE_WORKERS = 2;

  private static final long MIB = 1 << 20;

  private DriverRoom() {}

  /**
   * Makes sure that there is room.
   *
   * @param network bytes of parameters and updater state
   * @param workers that live in the driver's process, each with a copy
   * @param heap bytes that the heap may grow to
   * @throws SparkDl4jException OUT_OF_MEMORY, which names the setting
   */
  static void require(long network, int workers, long heap) {
    int copies = workers > 0 ? COPIES_BESIDE_WORKERS + workers : COPIES;
    long needed = Math.multiplyExact(copies, network);
    if (needed <= heap) return;
    throw new SparkDl4jException(
            ErrorCode.OUT_OF_MEMORY,
            String.format(
                Locale.ROOT,
                "the driver's heap is %d MiB, but a round of averaging needs %d there: %d times the"
                    + " network, whose parameters and updater state are %d MiB. Set %s=%dm or more",
                heap / MIB,
                needed / MIB + 1,
                copies,
                network / MIB + 1,
                SETTING,
                // The heap is somewhat less than the setting says.
                (needed + needed / 4) / MIB + 1))
        .with("setting", SETTING);
  }
}
