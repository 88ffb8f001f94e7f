package org.sparkdl4j.spark;

import java.util.function.Function;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Pictures on their way to the workers, on a daemon thread of their own: so whoever waits for them
 * may stop waiting, and ends the work by that.
 */
public final class PictureDealing implements AutoCloseable {
  private static final long END_MILLIS = 10_000;

  private final CancellableJobs jobs;
  private final Thread thread;
  private ClusterPictures pictures;
  private Throwable failure;
  private boolean isDone;
  private boolean isClosed;

  private PictureDealing(CancellableJobs jobs, Function<CancellableJobs, ClusterPictures> dealing) {
    this.jobs = jobs;
    thread = new Thread(() -> run(dealing), "sparkdl4j-dealing");
    thread.setDaemon(true);
  }

  /** Starts what {@link ClusterPictures#of} does, whose parameters these are. */
  public static PictureDealing start(Dataset<Row> rows, DealingOptions options) {
    JavaSparkContext context =
        JavaSparkContext.fromSparkContext(rows.sparkSession().sparkContext());
    PictureDealing started =
        new PictureDealing(
            new CancellableJobs(context), jobs -> ClusterPictures.of(jobs, rows, options));
    started.thread.start();
    return started;
  }

  /**
   * Waits.
   *
   * @return whether the pictures are there, or something has failed
   */
  public synchronized boolean isDone(long millis) throws InterruptedException {
    if (!isDone) wait(millis);
    return isDone;
  }

  /**
   * The pictures, which this object closes.
   *
   * @throws org.sparkdl4j.error.SparkDl4jException as {@link ClusterPictures#of}
   */
  public synchronized ClusterPictures pictures() {
    if (failure instanceof Error) throw (Error) failure;
    if (failure != null) throw (RuntimeException) failure;
    return pictures;
  }

  /** Ends the work where it has not ended, and gives the executors' disks back. */
  @Override
  public void close() {
    jobs.cancel();
    synchronized (this) {
      isClosed = true;
      if (pictures != null) pictures.close();
    }
    try {
      thread.join(END_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run(Function<CancellableJobs, ClusterPictures> dealing) {
    ClusterPictures found = null;
    Throwable thrown = null;
    try {
      found = dealing.apply(jobs);
    } catch (RuntimeException | Error e) {
      thrown = e;
    }
    synchronized (this) {
      pictures = found;
      failure = thrown;
      isDone = true;
      if (isClosed && found != null) found.close();
      notifyAll();
    }
  }
}
