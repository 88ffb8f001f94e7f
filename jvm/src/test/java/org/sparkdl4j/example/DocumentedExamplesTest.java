package org.sparkdl4j.example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the documentation shows is what the examples hold, which are compiled and run. */
class DocumentedExamplesTest {
  private static final Path SOURCES = Path.of("jvm/src/test/java/org/sparkdl4j/example");
  private static final Path MANUAL = Path.of("docs/java.md");
  private static final Path SERVING = Path.of("docs/serving.md");
  private static final Path JAVADOC =
      Path.of("jvm/src/main/java/org/sparkdl4j/spark/package-info.java");

  @Test
  void theManualShowsTheExamples() throws IOException {
    assertAreExamples(blocks("```java\\n(.*?)```", Files.readString(MANUAL)));
  }

  @Test
  void theManualOfServingShowsItsExample() throws IOException {
    List<String> blocks = blocks("```java\\n(.*?)```", Files.readString(SERVING));
    assertEquals(1, blocks.size());
    assertIsIn("ServeOverHttp.java", blocks.get(0));
  }

  @Test
  void theJavadocShowsTheExamples() throws IOException {
    String comment = Files.readString(JAVADOC).replaceAll("(?m)^ \\* ?", "");
    assertAreExamples(blocks("<pre>\\{@code\\n(.*?)}</pre>", comment));
  }

  @Test
  void theManualNamesTheVersion() throws IOException {
    String version = Files.readString(Path.of("VERSION")).trim();
    String manual = Files.readString(MANUAL);
    List<String> found =
        blocks(
            "(?:sparkdl4j:|sparkdl4j-|sparkdl4j</artifactId>\\s*<version>)(\\d[.\\d]*\\d)", manual);
    assertTrue(found.size() >= 4, found.toString());
    for (String named : found) assertEquals(version, named);
  }

  private static void assertAreExamples(List<String> blocks) throws IOException {
    assertEquals(2, blocks.size());
    assertIsIn("TrainOnDataSets.java", blocks.get(0));
    assertIsIn("TrainOnPictures.java", blocks.get(1));
  }

  /** Indented otherwise, it is the same. */
  private static void assertIsIn(String example, String block) throws IOException {
    String source = Files.readString(SOURCES.resolve(example));
    assertTrue(block.contains("public static void main"), block);
    assertTrue(onOneLine(source).contains(onOneLine(block)), example + " does not hold " + block);
  }

  private static String onOneLine(String code) {
    return code.strip().replaceAll("\\s+", " ");
  }

  private static List<String> blocks(String pattern, String text) {
    List<String> blocks = new ArrayList<>();
    Matcher matcher = Pattern.compile(pattern, Pattern.DOTALL).matcher(text);
    while (matcher.find()) blocks.add(matcher.group(1));
    return blocks;
  }
}
