package org.sparkdl4j.preprocessing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.node.ArrayNode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.spec.Json;

/** Lists of steps: what they give, and which are refused; Python reads the same cases. */
class PreprocessingTest {
  static Stream<JsonNode> cases() throws IOException {
    Path file = Path.of(System.getProperty("sparkdl4j.golden"), "preprocessing.json");
    JsonNode list = Json.readObject("{\"cases\": " + Files.readString(file) + "}", "").get("cases");
    return StreamSupport.stream(list.spliterator(), false);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void kindsAndRefusals(JsonNode golden) {
    PictureKind start = PictureKind.of(golden.get("channels").asInt(), false, 0, 0);
    if (golden.has("gives")) {
      PictureKind kind = Preprocessing.fromJson(golden.get("steps")).after(start);
      JsonNode gives = golden.get("gives");
      assertEquals(gives.get("channels").asInt(), kind.channels());
      assertEquals(gives.get("float").asBoolean(), kind.isFloat());
      assertEquals(gives.get("height").asInt(), kind.height());
      assertEquals(gives.get("width").asInt(), kind.width());
      return;
    }
    SparkDl4jException e =
        assertThrows(
            SparkDl4jException.class,
            () -> Preprocessing.fromJson(golden.get("steps")).after(start));
    assertEquals(golden.get("error").asText(), e.code().name());
    assertTrue(e.getMessage().startsWith(golden.get("sentence").asText()), e.getMessage());
  }

  @Test
  void everyParameterIsWritten() {
    Preprocessing steps =
        Preprocessing.fromJson(
            Json.readObject("{\"list\": [{\"step\": \"clahe\"}]}", "").get("list"));
    ArrayNode written = steps.toJson();
    assertEquals("[{\"step\":\"clahe\",\"clip_limit\":2.0,\"tiles\":8}]", written.toString());
    assertEquals(written, Preprocessing.fromJson(written).toJson());
  }
}
