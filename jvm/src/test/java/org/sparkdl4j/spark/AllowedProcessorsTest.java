package org.sparkdl4j.spark;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.sparkdl4j.plan.InstructionSet.AVX2;
import static org.sparkdl4j.plan.InstructionSet.AVX2_VNNI;
import static org.sparkdl4j.plan.InstructionSet.AVX512_CORE;
import static org.sparkdl4j.plan.InstructionSet.AVX512_CORE_BF16;

import org.junit.jupiter.api.Test;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.plan.InstructionSet;

class AllowedProcessorsTest {
  @Test
  void theDriversAreAllowed() {
    for (InstructionSet own : InstructionSet.values()) {
      assertDoesNotThrow(() -> new AllowedProcessors(own, false).require(own, "executor 1"));
    }
  }

  @Test
  void anExecutorThatCanDoMoreIsToBeLimited() {
    assertEquals(
        "executor 1 computes with AVX-512 BF16, the driver with AVX2, and the two round"
            + " differently: set spark.executorEnv.DNNL_MAX_CPU_ISA=AVX2, or accept it with"
            + " spark.sparkdl4j.mixedProcessors=accept",
        refusal(AVX2, AVX512_CORE_BF16));
  }

  @Test
  void aDriverThatCanDoMoreIsToBeLimitedToo() {
    assertEquals(
        "executor 1 computes with AVX2, the driver with AVX-512 BF16, and the two round"
            + " differently: set spark.executorEnv.DNNL_MAX_CPU_ISA=AVX2 and start the driver with"
            + " the environment variable DNNL_MAX_CPU_ISA=AVX2, or accept it with"
            + " spark.sparkdl4j.mixedProcessors=accept",
        refusal(AVX512_CORE_BF16, AVX2));
  }

  @Test
  void whatBothCanDoIsNamedWhereNeitherCanDoAllThatTheOtherCan() {
    assertEquals(AVX2, AVX512_CORE.common(AVX2_VNNI));
    assertEquals(AVX2, AVX2_VNNI.common(AVX512_CORE));
    assertEquals(AVX512_CORE, AVX512_CORE.common(AVX512_CORE_BF16));
  }

  @Test
  void othersAreAcceptedWhenAsked() {
    assertDoesNotThrow(() -> new AllowedProcessors(AVX512_CORE, true).require(AVX2, "executor 1"));
  }

  private static String refusal(InstructionSet driver, InstructionSet own) {
    SparkDl4jException refused =
        assertThrows(
            SparkDl4jException.class,
            () -> new AllowedProcessors(driver, false).require(own, "executor 1"));
    assertEquals(ErrorCode.SPARK_PROCESSORS, refused.code());
    return refused.getMessage();
  }
}
