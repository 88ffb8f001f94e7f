package org.sparkdl4j.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;

/** What is made of failed jobs. */
class JobFailureTest {
  private static final String LOST =
      "Job aborted due to stage failure: Task 0 in stage 1.0 failed 4 times, most recent failure:"
          + " Lost task 0.3 in stage 1.0 (TID 7) (host executor 1): ";

  @Test
  void whatATaskHasThrownKeepsItsCodeAndSentence() {
    SparkDl4jException thrown = new SparkDl4jException(ErrorCode.DATA_LABELS, "a label: null");
    SparkDl4jException found = translated(LOST + thrown + "\n\tat org.example.Some.thing(1)");
    assertEquals(ErrorCode.DATA_LABELS, found.code());
    assertEquals("a label: null", found.getMessage());
  }

  @Test
  void executorsWithoutTheJar() {
    SparkDl4jException found =
        translated(
            LOST + "java.lang.ClassNotFoundException: org.sparkdl4j.spark.PictureReader\n\tat x");
    assertEquals(ErrorCode.SPARK_SESSION, found.code());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Command exited with code 52",
        "Command exited with code 137",
        "Container from a bad node: container_1. Exit status: x. Container killed by YARN for"
            + " exceeding physical memory limits. 2.1 GB of 2 GB",
        "The executor with id 7 exited with exit code 137(SIGKILL, possible container OOM)."
      })
  void executorsThatTookTooMuchMemory(String reason) {
    SparkDl4jException found =
        translated(
            LOST
                + "ExecutorLostFailure (executor 7 exited caused by one of the running tasks)"
                + " Reason: "
                + reason);
    assertEquals(ErrorCode.OUT_OF_MEMORY, found.code());
    assertTrue(found.getMessage().startsWith("executor 7 was ended"), found.getMessage());
    assertTrue(found.getMessage().contains("spark.executor.memoryOverhead"));
  }

  @Test
  void theRestIsSparksOwnSentence() {
    SparkDl4jException found = translated("No space left on device\n\tat x");
    assertEquals(ErrorCode.SPARK_JOB, found.code());
    assertEquals("a Spark job failed: No space left on device", found.getMessage());
  }

  @Test
  void ownErrorsOfTheDriverPass() {
    SparkDl4jException own = new SparkDl4jException(ErrorCode.DATA_EMPTY, "nothing");
    SparkDl4jException found =
        assertThrows(
            SparkDl4jException.class,
            () ->
                JobFailure.translate(
                    () -> {
                      throw own;
                    }));
    assertSame(own, found);
  }

  private static SparkDl4jException translated(String message) {
    return assertThrows(
        SparkDl4jException.class,
        () ->
            JobFailure.translate(
                () -> {
                  throw new Exception(message);
                }));
  }
}
