package org.sparkdl4j.serving;

import java.util.concurrent.locks.ReentrantLock;

/**
 * Whose turn it is to compute: networks share the processors' threads, and two at once would only
 * wait for each other. Whoever waits longest comes first.
 */
final class ComputingTurn {
  private final ReentrantLock lock = new ReentrantLock(true);

  void compute(Runnable work) {
    lock.lock();
    try {
      work.run();
    } finally {
      lock.unlock();
    }
  }
}
