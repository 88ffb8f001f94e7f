package org.sparkdl4j.spark;

import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.sparkdl4j.training.TrainingEvent;

/**
 * Waits for the end of a run, and tells a listener of what happens until then. An interruption
 * cancels the run; the thread knows of it again after {@link #close}, since Spark refuses to tidy
 * up in a thread that is interrupted.
 */
final class RunFollower implements AutoCloseable {
  private static final long EVENT_MILLIS = 1000;

  private final Consumer<TrainingEvent> listener;
  private boolean isInterrupted;

  RunFollower(Consumer<TrainingEvent> listener) {
    this.listener = listener;
  }

  /**
   * Follows a run that has been started.
   *
   * @param next gives the next event within so many milliseconds, or null
   * @param cancel asks the run to end
   * @return the last event
   * @throws RuntimeException what the listener has thrown, after the run's end
   */
  TrainingEvent follow(LongFunction<TrainingEvent> next, Runnable cancel) {
    Throwable failure = null;
    while (true) {
      TrainingEvent event = next.apply(EVENT_MILLIS);
      if (Thread.interrupted()) {
        isInterrupted = true;
        cancel.run();
      }
      if (event == null) continue;
      try {
        if (failure == null) listener.accept(event);
      } catch (RuntimeException | Error e) {
        failure = e;
        cancel.run();
      }
      if (!event.type().equals("end") && !event.type().equals("error")) continue;
      if (failure instanceof Error) throw (Error) failure;
      if (failure != null) throw (RuntimeException) failure;
      return event;
    }
  }

  @Override
  public void close() {
    if (isInterrupted) Thread.currentThread().interrupt();
  }
}
