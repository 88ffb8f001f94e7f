package org.sparkdl4j.spark;

import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;

/** Makes one sentence of what Spark says when a job has failed. */
final class JobFailure {
  /** Of what a task threw, the driver sees the text only: the exception's {@code toString}. */
  private static final Pattern OURS =
      Pattern.compile(
          Pattern.quote(SparkDl4jException.class.getName()) + ": ([A-Z0-9_]+): ([^\n]*)");

  /** An executor that cannot find our classes. */
  private static final Pattern NO_JAR =
      Pattern.compile("(ClassNotFoundException|NoClassDefFoundError): org[./]sparkdl4j[./]");

  /** A process that a cluster, or Java itself, has ended because it took too much memory. */
  private static final Pattern ENDED_FOR_MEMORY =
      Pattern.compile(
          "ExecutorLostFailure \\(executor (\\S+) [^\n"
              + "]*(?:exceeding [a-z ]*memory|code:? (?:52|137)\\b)");

  private static final Pattern CANCELLED = Pattern.compile("Job \\d+ cancelled");

  private JobFailure() {}

  /**
   * Runs jobs.
   *
   * @throws SparkDl4jException of the code and sentence that a task has thrown; SPARK_SESSION where
   *     executors have no jar; SPARK_JOB for other failures; what else {@code jobs} throws of its
   *     own
   */
  static <T> T translate(Callable<T> jobs) {
    try {
      return jobs.call();
    } catch (SparkDl4jException e) {
      throw e;
    } catch (Exception e) {
      throw translated(e);
    }
  }

  /** Whether somebody has cancelled the job, as Ctrl-C in PySpark does. */
  static boolean isCancelled(SparkDl4jException failure) {
    for (Throwable link = failure.getCause(); link != null; link = link.getCause()) {
      if (CANCELLED.matcher(String.valueOf(link.getMessage())).find()) return true;
    }
    return false;
  }

  /** Whether the thread was interrupted that waited for the job. */
  static boolean isInterrupted(SparkDl4jException failure) {
    for (Throwable link = failure.getCause(); link != null; link = link.getCause()) {
      if (link instanceof InterruptedException) return true;
    }
    return false;
  }

  private static SparkDl4jException translated(Exception e) {
    for (Throwable link = e; link != null; link = link.getCause()) {
      String text = String.valueOf(link.getMessage());
      Matcher ours = OURS.matcher(text);
      if (ours.find()) {
        return new SparkDl4jException(ErrorCode.valueOf(ours.group(1)), ours.group(2), e);
      }
      if (NO_JAR.matcher(text).find()) {
        return new SparkDl4jException(
            ErrorCode.SPARK_SESSION,
            "the executors have no sparkdl4j jar: name it in spark.jars, or give it to spark-submit"
                + " with --jars",
            e);
      }
      Matcher ended = ENDED_FOR_MEMORY.matcher(text);
      if (ended.find()) {
        return new SparkDl4jException(
            ErrorCode.OUT_OF_MEMORY,
            "executor "
                + ended.group(1)
                + " was ended, as happens to one that takes more memory than it has: set"
                + " spark.executor.memoryOverhead and spark.executor.memory higher, or take a"
                + " smaller batch_size",
            e);
      }
    }
    String sentence = String.valueOf(e.getMessage()).split("\n", 2)[0];
    return new SparkDl4jException(ErrorCode.SPARK_JOB, "a Spark job failed: " + sentence, e);
  }
}
