package org.sparkdl4j.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.training.CancelledException;

/** Jobs that another thread ends. */
@Tag("spark")
class CancellableJobsTest {
  private static final String GROUP = "spark.jobGroup.id";

  private static JavaSparkContext context;

  @BeforeAll
  static void startSpark() {
    context = LocalSpark.start("local[2]");
  }

  @AfterAll
  static void stopSpark() {
    context.close();
  }

  @Test
  void endsAJobAndWhateverComesAfterIt() {
    CancellableJobs jobs = new CancellableJobs(context);
    later(jobs::cancel);
    // One job after the other: sooner or later one is being handed over while another thread
    // cancels.
    assertCancelled(
        jobs,
        () -> {
          while (true) shortJob();
        });
    CancellableJobs others = new CancellableJobs(context);
    later(others::cancel);
    assertCancelled(others, CancellableJobsTest::longJob);
    assertThrows(CancelledException.class, () -> others.run(() -> 1));
    assertEquals(3, new CancellableJobs(context).run(CancellableJobsTest::shortJob));
  }

  @Test
  void whoeverCancelsEndsThem() {
    later(() -> context.cancelAllJobs());
    assertCancelled(new CancellableJobs(context), CancellableJobsTest::longJob);
    context.setJobGroup("my group", "mine");
    later(() -> context.cancelJobGroup("my group"));
    assertCancelled(new CancellableJobs(context), CancellableJobsTest::longJob);
    assertEquals("my group", context.getLocalProperty(GROUP));
    context.clearJobGroup();
    new CancellableJobs(context).run(CancellableJobsTest::shortJob);
    assertNull(context.getLocalProperty(GROUP));
  }

  @Test
  void anInterruptedThreadEndsItsJobs() {
    Thread own = Thread.currentThread();
    later(own::interrupt);
    CancellableJobs jobs = new CancellableJobs(context);
    assertThrows(CancelledException.class, () -> jobs.run(CancellableJobsTest::longJob));
    assertTrue(Thread.interrupted());
    assertTimeoutPreemptively(
        Duration.ofSeconds(20),
        () -> {
          while (context.statusTracker().getActiveJobIds().length > 0) Thread.sleep(20);
        });
  }

  @Test
  void failuresStayFailures() {
    CancellableJobs jobs = new CancellableJobs(context);
    SparkDl4jException own = new SparkDl4jException(ErrorCode.DATA_EMPTY, "nothing");
    SparkDl4jException found =
        assertThrows(
            SparkDl4jException.class,
            () ->
                jobs.run(
                    () -> {
                      throw own;
                    }));
    assertEquals(ErrorCode.DATA_EMPTY, found.code());
  }

  private static void assertCancelled(
      CancellableJobs jobs, java.util.concurrent.Callable<Long> work) {
    long start = System.nanoTime();
    assertThrows(CancelledException.class, () -> jobs.run(work));
    assertTrue(Duration.ofNanos(System.nanoTime() - start).compareTo(Duration.ofSeconds(20)) < 0);
  }

  private static void later(Runnable work) {
    new Thread(
            () -> {
              sleep(300);
              work.run();
            })
        .start();
  }

  private static long shortJob() {
    return context.parallelize(List.of(1, 2, 3), 2).count();
  }

  /** Sixty seconds. */
  private static long longJob() {
    return context
        .parallelize(List.of(1, 2), 2)
        .map(
            number -> {
              sleep(60_000);
              return number;
            })
        .count();
  }

  private static void sleep(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
