package org.sparkdl4j.spark;

import java.util.UUID;
import java.util.concurrent.Callable;
import org.apache.spark.api.java.JavaSparkContext;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.training.CancelledException;

/**
 * The Spark jobs of one piece of work, which another thread may end. They have a tag of their own
 * for that, and keep the job group that their thread may have, so that whoever cancels that one
 * ends them too.
 */
final class CancellableJobs {
  private static final String GROUP = "spark.jobGroup.id";
  private static final long AGAIN_MILLIS = 50;

  private final JavaSparkContext context;
  private final String tag = "sparkdl4j-" + UUID.randomUUID();
  private boolean isCancelled;
  private int running;

  CancellableJobs(JavaSparkContext context) {
    this.context = context;
  }

  /**
   * Runs jobs on the calling thread.
   *
   * @throws CancelledException when {@link #cancel} was called, somebody else has cancelled the
   *     job, or the thread was interrupted, which it then knows again
   * @throws SparkDl4jException as {@link JobFailure#translate}
   */
  <T> T run(Callable<T> jobs) {
    synchronized (this) {
      if (isCancelled) throw new CancelledException(null);
      running++;
    }
    boolean hasGroup = context.getLocalProperty(GROUP) != null;
    if (!hasGroup) context.setLocalProperty(GROUP, tag);
    context.addJobTag(tag);
    try {
      return JobFailure.translate(jobs);
    } catch (SparkDl4jException e) {
      if (JobFailure.isInterrupted(e)) {
        // Spark stops waiting for the job, and lets it run.
        context.cancelJobsWithTag(tag);
        Thread.currentThread().interrupt();
        throw new CancelledException(e);
      }
      if (isCancelled() || JobFailure.isCancelled(e)) throw new CancelledException(e);
      throw e;
    } finally {
      context.removeJobTag(tag);
      if (!hasGroup) context.setLocalProperty(GROUP, null);
      synchronized (this) {
        running--;
        notifyAll();
      }
    }
  }

  /** Ends what runs, and all that is to run. May be called at any time, from any thread. */
  void cancel() {
    synchronized (this) {
      if (isCancelled) return;
      isCancelled = true;
    }
    Thread thread = new Thread(this::cancelUntilAllHaveEnded, "sparkdl4j-cancel");
    thread.setDaemon(true);
    thread.start();
  }

  synchronized boolean isCancelled() {
    return isCancelled;
  }

  /** Again and again: a job may be on its way to Spark, which does not know it yet. */
  private synchronized void cancelUntilAllHaveEnded() {
    try {
      while (running > 0) {
        context.cancelJobsWithTag(tag);
        wait(AGAIN_MILLIS);
      }
    } catch (InterruptedException | IllegalStateException e) {
      // The process or the context ends, and all jobs with it.
      Thread.currentThread().interrupt();
    }
  }
}
