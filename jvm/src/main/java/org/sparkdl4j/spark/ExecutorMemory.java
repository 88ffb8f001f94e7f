package org.sparkdl4j.spark;

import java.util.function.Supplier;
import org.apache.spark.SparkEnv;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;

/**
 * Says which executor had too little memory, and which setting gives it more. As an error of Java
 * it would end the executor without a word, and the next one after it.
 */
final class ExecutorMemory {
  private ExecutorMemory() {}

  /**
   * Does something that takes much memory, in a task.
   *
   * @throws SparkDl4jException OUT_OF_MEMORY
   */
  static <T> T with(Supplier<T> work) {
    try {
      return work.get();
    } catch (OutOfMemoryError e) {
      throw exhausted(e);
    } catch (SparkDl4jException e) {
      throw e;
    } catch (RuntimeException e) {
      // ND4J reports failed native allocations as plain RuntimeExceptions.
      if (String.valueOf(e.getMessage()).contains("Failed to allocate")) throw exhausted(e);
      throw e;
    }
  }

  private static SparkDl4jException exhausted(Throwable e) {
    SparkEnv environment = SparkEnv.get();
    String heap = environment.conf().get("spark.executor.memory", "1g");
    return new SparkDl4jException(
        ErrorCode.OUT_OF_MEMORY,
        "executor "
            + environment.executorId()
            + " on "
            + environment.blockManager().blockManagerId().host()
            + " has too little memory ("
            + String.valueOf(e.getMessage()).split("\n", 2)[0]
            + "): set spark.executor.memory above "
            + heap
            + ", by which what lies outside the Java heap is limited too, and on YARN and"
            + " Kubernetes spark.executor.memoryOverhead; or take a smaller batch_size",
        e);
  }
}
