package org.sparkdl4j.spark;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;

/** Whether what the settings give an executor suffices. */
@Tag("spark")
class ExecutorRoomTest {
  private static final long MIB = 1 << 20;

  @ParameterizedTest
  @CsvSource({
    // settings, MiB that a worker may take when two train at a time
    "'', 191",
    "spark.executor.memory=8g, 409",
    "spark.executor.memoryOverhead=1g, 511",
    "spark.executor.memoryOverhead=600, 299",
    "spark.executor.memory=8g;spark.executor.memoryOverheadFactor=0.5, 2047"
  })
  void theLargestThatFits(String settings, int fitting) {
    ExecutorRoom room = ExecutorRoom.of(conf("yarn", settings + ";spark.executor.cores=2"));
    assertDoesNotThrow(() -> room.require(8, 64, (fitting - 10) * MIB, 10 * MIB));
    SparkDl4jException refused =
        assertThrows(
            SparkDl4jException.class, () -> room.require(8, 64, (fitting - 9) * MIB, 10 * MIB));
    assertEquals(ErrorCode.OUT_OF_MEMORY, refused.code());
    assertTrue(
        refused.getMessage().contains("set spark.executor.memoryOverhead="), refused.getMessage());
  }

  @Test
  void oneTaskAtATimeOrOneWorkerNeedsHalf() {
    String cores = "spark.executor.cores=2";
    assertDoesNotThrow(() -> ExecutorRoom.of(conf("yarn", cores)).require(1, 64, 380 * MIB, 0));
    String cpus = cores + ";spark.task.cpus=2";
    assertDoesNotThrow(() -> ExecutorRoom.of(conf("yarn", cpus)).require(8, 64, 380 * MIB, 0));
  }

  @ParameterizedTest
  @CsvSource({"local[2]", "spark://host:7077", "'local-cluster[2,1,1024]'"})
  void otherClustersSetNoLimit(String master) {
    assertDoesNotThrow(() -> ExecutorRoom.of(conf(master, "")).require(8, 64, 1L << 40, 0));
  }

  @Test
  void kubernetesDoes() {
    ExecutorRoom room = ExecutorRoom.of(conf("k8s://https://host", "spark.executor.memory=2g"));
    assertTrue(room.isLimited());
    assertDoesNotThrow(() -> room.require(8, 64, 800 * MIB, 0));
    assertThrows(SparkDl4jException.class, () -> room.require(8, 64, 820 * MIB, 0));
  }

  private static SparkConf conf(String master, String settings) {
    SparkConf conf = new SparkConf(false).setMaster(master);
    for (String setting : settings.split(";")) {
      String[] parts = setting.split("=", 2);
      if (parts.length == 2) conf.set(parts[0], parts[1]);
    }
    return conf;
  }
}
