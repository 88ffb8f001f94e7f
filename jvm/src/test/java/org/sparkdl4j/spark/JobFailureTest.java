package org.sparkdl4j.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
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
