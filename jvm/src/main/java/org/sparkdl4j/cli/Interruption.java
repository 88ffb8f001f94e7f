package org.sparkdl4j.cli;

import java.util.concurrent.CountDownLatch;

/**
 * Ctrl-C or SIGTERM in the midst of a training. The training is asked to end, and the process stays
 * until what was learned is saved; its exit code is the signal's, 130 or 143.
 */
final class Interruption implements AutoCloseable {
  private final CountDownLatch saved = new CountDownLatch(1);
  private final Runnable forget;
  private volatile boolean hasHappened;

  /**
   * Waits for it from now on.
   *
   * @param pictures those of the training
   * @param cancel asks the training to end
   */
  Interruption(TrainingPictures pictures, Runnable cancel) {
    forget =
        pictures.onExit(
            () -> {
              hasHappened = true;
              cancel.run();
              awaitSaved();
            });
  }

  boolean hasHappened() {
    return hasHappened;
  }

  /** Lets the process end; the calling thread does nothing more. */
  void leave() {
    saved.countDown();
    // The process ends with the code that it had begun to end with.
    System.exit(Main.INTERRUPTED);
  }

  /** Waits no more. */
  @Override
  public void close() {
    saved.countDown();
    try {
      forget.run();
    } catch (IllegalStateException e) {
      // The process ends already.
    }
  }

  private void awaitSaved() {
    try {
      saved.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
