package org.sparkdl4j.cli;

import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.file.LineFile;
import org.sparkdl4j.spec.Json;

/**
 * The events of a training as lines of JSON, as Python's {@code JsonLogger} writes them: after
 * {@code time}, in UTC, the event; that of the start says what is trained, too.
 */
final class EventFile implements AutoCloseable {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSxxx");

  private final LineFile file;
  private final ObjectNode description;

  /**
   * Opens it.
   *
   * @param resumed whether the run goes on from a checkpoint, and with its lines
   * @param description what the run is of
   */
  EventFile(Path file, boolean resumed, ObjectNode description) {
    this.file = new LineFile(file, resumed);
    this.description = description;
  }

  void write(JsonNode event) {
    ObjectNode line = Json.object().put("time", OffsetDateTime.now(ZoneOffset.UTC).format(TIME));
    line.setAll((ObjectNode) event);
    if (event.get("type").asText().equals("start")) line.setAll(description);
    file.write(Json.write(line));
  }

  @Override
  public void close() {
    file.close();
  }
}
