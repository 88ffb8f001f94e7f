package org.sparkdl4j.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;

class NamePatternTest {
  static Stream<JsonNode> goldenCases() throws Exception {
    Path folder = Paths.get(System.getProperty("sparkdl4j.golden", "tests/golden"));
    byte[] json = Files.readAllBytes(folder.resolve("name_patterns.json"));
    JsonNode cases = new ObjectMapper().readTree(json).get("cases");
    return StreamSupport.stream(cases.spliterator(), false);
  }

  @ParameterizedTest
  @MethodSource("goldenCases")
  void agreesWithPython(JsonNode golden) {
    NamePattern pattern =
        new NamePattern(golden.get("pattern").asText(), golden.get("unmatched").asText());
    golden
        .get("files")
        .fields()
        .forEachRemaining(
            file -> {
              String path = file.getKey();
              String folder = path.contains("/") ? path.substring(0, path.indexOf('/')) : null;
              String label = file.getValue().path("label").asText(null);
              assertEquals(label, pattern.label(path, folder), path);
              List<String> columns = new ArrayList<>();
              file.getValue().fieldNames().forEachRemaining(columns::add);
              columns.remove("label");
              if (label != null) assertEquals(columns, pattern.columns(), path);
            });
  }

  @ParameterizedTest
  @CsvSource({
    "(, error, PARAMETER_RANGE, is not a regular expression",
    "green, error, PARAMETER_RANGE, must name a part",
    "(?P<path>x), error, PARAMETER_RANGE, must name no part path",
    "(?P<label>x), own-group, PARAMETER_CONFLICT, needs a part (?P<group>",
    "(?P<label>x), own_group, PARAMETER_RANGE, unmatched must be one of"
  })
  void saysWhatIsWrong(String expression, String unmatched, ErrorCode code, String message) {
    SparkDl4jException thrown =
        assertThrows(SparkDl4jException.class, () -> new NamePattern(expression, unmatched));
    assertEquals(code, thrown.code());
    assertTrue(thrown.getMessage().contains(message), thrown.getMessage());
  }

  @Test
  void withoutAChoiceAFileThatDoesNotMatchIsAnError() {
    assertEquals(null, new NamePattern("(?P<group>a)", null).label("b/c.png", "b"));
  }
}
