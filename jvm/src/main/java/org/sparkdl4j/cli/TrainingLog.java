package org.sparkdl4j.cli;

import java.io.PrintStream;
import java.util.Locale;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.model.ClassifierTraining;
import org.sparkdl4j.spec.Json;

/** What a training says on the way: a line an epoch, and within long epochs one now and then. */
final class TrainingLog {
  private static final long POLL_MILLIS = 1000;
  private static final long QUIET_NANOS = 10_000_000_000L;

  private final PrintStream err;
  private final EventFile events;
  private SparkDl4jException failure;
  private int epochs;
  private long lastLine = System.nanoTime();

  /**
   * A log.
   *
   * @param events takes every event; null for none
   */
  TrainingLog(PrintStream err, EventFile events) {
    this.err = err;
    this.events = events;
  }

  /**
   * Prints until the run ends; the last event. Where the events cannot be written, the run is
   * cancelled, and {@link #failure} says why.
   */
  JsonNode follow(ClassifierTraining run) {
    while (true) {
      String text = run.poll(POLL_MILLIS);
      if (text == null) continue;
      JsonNode event = Json.readObject(text, "an event");
      write(event, run);
      switch (event.get("type").asText()) {
        case "start":
          epochs = event.get("epochs").asInt();
          break;
        case "minibatch":
          if (System.nanoTime() - lastLine > QUIET_NANOS) {
            print(
                "epoch %d/%d  minibatch %d/%d  loss %.4f  %.0f images/s",
                event.get("epoch").asInt(),
                epochs,
                event.get("step").asLong(),
                event.get("steps_per_epoch").asLong(),
                event.get("loss").asDouble(),
                event.get("images_per_second").asDouble());
          }
          break;
        case "epoch":
          print(
              "epoch %d/%d  loss %.4f  accuracy %.4f%s  %.0f images/s",
              event.get("epoch").asInt(),
              epochs,
              event.get("loss").asDouble(),
              event.get("accuracy").asDouble(),
              validation(event),
              event.get("images_per_second").asDouble());
          break;
        case "end":
          printEnd(event);
          return event;
        case "error":
          return event;
        default:
          break;
      }
    }
  }

  /** Why the events could not be written; null where they could. */
  SparkDl4jException failure() {
    return failure;
  }

  private void write(JsonNode event, ClassifierTraining run) {
    if (events == null || failure != null) return;
    try {
      events.write(event);
    } catch (SparkDl4jException e) {
      failure = e;
      run.cancel();
    }
  }

  private void printEnd(JsonNode event) {
    if (!event.get("reason").asText().equals("stopped_early")) return;
    JsonNode stopping = event.get("early_stopping");
    print(
        "stopped early after epoch %d: %s was best in epoch %d; the parameters of epoch %d are"
            + " kept",
        event.get("epoch").asInt(),
        stopping.get("metric").asText(),
        stopping.get("best_epoch").asInt(),
        event.get("kept_epoch").asInt());
  }

  private static String validation(JsonNode event) {
    if (!event.hasNonNull("validation_loss")) return "";
    return String.format(
        Locale.ROOT,
        "  validation loss %.4f  accuracy %.4f",
        event.get("validation_loss").asDouble(),
        event.get("validation_accuracy").asDouble());
  }

  private void print(String format, Object... values) {
    err.printf(Locale.ROOT, format + "%n", values);
    lastLine = System.nanoTime();
  }
}
