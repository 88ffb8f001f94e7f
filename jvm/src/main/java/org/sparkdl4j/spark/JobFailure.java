package org.sparkdl4j.spark;

import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;

/** Makes one sentence of what Spark says when a job has failed. */
final class JobFailure {
  /** Of what a task threw, the driver sees the text only. */
  private static final Pattern OURS =
      Pattern.compile(
          Pattern.quote(SparkDl4jException.class.getName()) + ": ([A-Z0-9_]+): ([^\n]*)");

  private static final Pattern CANCELLED = Pattern.compile("Job \\d+ cancelled");

  private JobFailure() {}

  /**
   * Runs jobs.
   *
   * @throws SparkDl4jException what a task, or {@code jobs} itself, has thrown of ours; SPARK_JOB
   *     for any other failure
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

  private static SparkDl4jException translated(Exception e) {
    for (Throwable link = e; link != null; link = link.getCause()) {
      Matcher ours = OURS.matcher(String.valueOf(link.getMessage()));
      if (ours.find()) {
        return new SparkDl4jException(ErrorCode.valueOf(ours.group(1)), ours.group(2), e);
      }
    }
    String sentence = String.valueOf(e.getMessage()).split("\n", 2)[0];
    return new SparkDl4jException(ErrorCode.SPARK_JOB, "a Spark job failed: " + sentence, e);
  }
}
