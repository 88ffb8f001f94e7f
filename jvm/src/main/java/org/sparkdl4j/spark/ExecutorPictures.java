package org.sparkdl4j.spark;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.sparkdl4j.dataset.PixelBlock;

/**
 * The pictures of searches that live in this executor: one copy for all trials, off the heap. What
 * no trial has used for ten minutes is given back, and fetched again where another one comes.
 */
final class ExecutorPictures {
  /** The block of one search; null until it is fetched. */
  private static final class Held {
    private PixelBlock block;
    private int users;
    private boolean isClosed;
    private long lastUsed;
  }

  private static final long IDLE_MINUTES = 10;
  private static final Map<String, Held> HELD = new ConcurrentHashMap<>();

  static {
    ScheduledExecutorService cleaner =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "sparkdl4j-idle-pictures");
              thread.setDaemon(true);
              return thread;
            });
    cleaner.scheduleWithFixedDelay(ExecutorPictures::closeIdle, 1, 1, TimeUnit.MINUTES);
  }

  private ExecutorPictures() {}

  /** Does something with the pixels of a search, which others may use meanwhile, too. */
  static <T> T use(SharedPictures pictures, Function<PixelBlock, T> work) {
    while (true) {
      Held held = HELD.computeIfAbsent(pictures.name(), missing -> new Held());
      synchronized (held) {
        // Closed between the two lines above: there is room for another one.
        if (held.isClosed) continue;
        if (held.block == null) held.block = pictures.block();
        held.users++;
      }
      try {
        return work.apply(held.block);
      } finally {
        synchronized (held) {
          held.users--;
          held.lastUsed = System.nanoTime();
        }
      }
    }
  }

  /** Gives the pixels of a search back, where this process has them and nobody uses them. */
  static void close(String name) {
    Held held = HELD.get(name);
    if (held != null) close(name, held, 0);
  }

  private static void closeIdle() {
    HELD.forEach((name, held) -> close(name, held, TimeUnit.MINUTES.toNanos(IDLE_MINUTES)));
  }

  private static void close(String name, Held held, long idle) {
    synchronized (held) {
      if (held.users > 0 || System.nanoTime() - held.lastUsed < idle) return;
      held.isClosed = true;
      if (held.block != null) held.block.close();
      HELD.remove(name, held);
    }
  }
}
