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
      Pattern.compile(Pattern.quote(SparkDl4jException.class.getName()) + ": ([^\n]*)");

  private static final Pattern CANCELLED = Pattern.compile("Job \\d+ cancelled");

  private JobFailure() {}

  /**
   * Runs jobs.
   *
   * @throws SparkDl4jException SPARK_JOB when one fails; what else {@code jobs} throws of its own
   */
  static <T> T translate(Callable<T> jobs) {
    try {
      return jobs.call();
    } catch (SparkDl4jException e) {
      throw e;
    } catch (Exception e) {
      throw new SparkDl4jException(ErrorCode.SPARK_JOB, "a Spark job failed: " + cause(e), e);
    }
  }

  /** Whether somebody has cancelled the job, as Ctrl-C in PySpark does. */
  static boolean isCancelled(SparkDl4jException failure) {
    for (Throwable link = failure.getCause(); link != null; link = link.getCause()) {
      if (CANCELLED.matcher(String.valueOf(link.getMessage())).find()) return true;
    }
    return false;
  }

  private static String cause(Exception e) {
    for (Throwable link = e; link != null; link = link.getCause()) {
      Matcher ours = OURS.matcher(String.valueOf(link.getMessage()));
      if (ours.find()) return ours.group(1);
    }
    return String.valueOf(e.getMessage()).split("\n", 2)[0];
  }
}
