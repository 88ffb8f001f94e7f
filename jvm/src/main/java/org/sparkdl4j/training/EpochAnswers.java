package org.sparkdl4j.training;

import java.util.function.BooleanSupplier;

/** What those who watch a run say after an epoch: whether it goes on. */
final class EpochAnswers {
  private Boolean answer;

  /** Gives the answer that the run waits for, or will wait for. */
  synchronized void give(boolean goesOn) {
    answer = goesOn;
    notifyAll();
  }

  /** Has a waiting run look again whether it was cancelled. */
  synchronized void wake() {
    notifyAll();
  }

  /** Waits for the answer to the last epoch; false when there is none because of a cancellation. */
  synchronized boolean await(BooleanSupplier cancelled) {
    try {
      while (answer == null && !cancelled.getAsBoolean()) wait();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    boolean goesOn = Boolean.TRUE.equals(answer);
    answer = null;
    return goesOn;
  }
}
