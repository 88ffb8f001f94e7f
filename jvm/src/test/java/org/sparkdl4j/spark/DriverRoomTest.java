package org.sparkdl4j.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;

class DriverRoomTest {
  @Test
  void networksThatTheHeapHoldsAreTaken() {
    // 25 million parameters without an updater's state, and Spark's own setting.
    DriverRoom.require(25_000_000L * Float.BYTES, 0, 1L << 30);
  }

  @Test
  void largerOnesAreRefusedWithTheSetting() {
    SparkDl4jException error =
        assertThrows(
            SparkDl4jException.class,
            () -> DriverRoom.require(3 * 25_000_000L * Float.BYTES, 0, 1L << 30));
    assertEquals(ErrorCode.OUT_OF_MEMORY, error.code());
    assertTrue(
        error
            .getMessage()
            .endsWith("updater state are 287 MiB. Set spark.driver.memory=1789m or more"),
        error.getMessage());
  }

  @Test
  void workersInTheDriversProcessHaveTheirCopiesThere() {
    DriverRoom.require(2 * 25_000_000L * Float.BYTES, 2, 1L << 30);
    assertThrows(
        SparkDl4jException.class,
        () -> DriverRoom.require(2 * 25_000_000L * Float.BYTES, 4, 1L << 30));
  }
}
