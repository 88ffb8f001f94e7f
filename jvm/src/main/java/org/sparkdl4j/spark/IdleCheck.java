package org.sparkdl4j.spark;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Gives the memory of what an executor keeps for the next task free when none comes. */
final class IdleCheck {
  private static final long IDLE_NANOS = TimeUnit.MINUTES.toNanos(10);
  private static final ScheduledExecutorService THREAD =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "sparkdl4j-idle");
            thread.setDaemon(true);
            return thread;
          });

  private IdleCheck() {}

  /** Runs something every minute, as long as this process lives. */
  static void everyMinute(Runnable close) {
    THREAD.scheduleWithFixedDelay(close, 1, 1, TimeUnit.MINUTES);
  }

  /** Whether something is to be closed that was last used at a time of {@link System#nanoTime}. */
  static boolean isIdle(long lastUsed) {
    return System.nanoTime() - lastUsed > IDLE_NANOS;
  }
}
