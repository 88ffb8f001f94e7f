package org.sparkdl4j.training;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;

/**
 * The events that nobody has polled yet. A minibatch's event gives way to the next one's, save the
 * first of the run; so the queue grows by the epochs only, and loses nothing that counts.
 */
final class EventQueue {
  private final Deque<TrainingEvent> events = new ArrayDeque<>();
  private TrainingEvent firstMinibatch;

  synchronized void offer(TrainingEvent event) {
    if (event.type().equals("minibatch")) {
      if (firstMinibatch == null) {
        firstMinibatch = event;
      } else {
        TrainingEvent last = events.peekLast();
        if (last != null && last != firstMinibatch && last.type().equals("minibatch")) {
          events.removeLast();
        }
      }
    }
    events.addLast(event);
    notifyAll();
  }

  /** The oldest event, or null when none comes within the time. */
  synchronized TrainingEvent poll(long millis) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    while (events.isEmpty()) {
      long left = deadline - System.nanoTime();
      if (left <= 0) return null;
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
    return events.removeFirst();
  }
}
