package org.sparkdl4j.spec;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.nd4j.shade.jackson.core.JsonProcessingException;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;

/** JSON as trees: no class is ever instantiated by a name that a document holds. */
public final class Json {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private Json() {}

  /** A new, empty object. */
  public static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  /** A Java value (map, list, array, string, number, boolean, null) as a tree. */
  public static JsonNode of(Object value) {
    return MAPPER.valueToTree(value);
  }

  /** The text of a tree on one line. */
  public static String write(JsonNode tree) {
    return tree.toString();
  }

  /** The text of a tree, indented for people. */
  public static String writePretty(JsonNode tree) {
    return tree.toPrettyString();
  }

  /**
   * Reads an object.
   *
   * @param text the JSON text
   * @param what what the text is, for the error ("model.json of x.zip")
   * @throws SparkDl4jException DATA_FORMAT when the text is not a JSON object
   */
  public static ObjectNode readObject(String text, String what) {
    try {
      JsonNode tree = MAPPER.readTree(text);
      if (tree instanceof ObjectNode) return (ObjectNode) tree;
      throw new SparkDl4jException(ErrorCode.DATA_FORMAT, what + " must be a JSON object");
    } catch (JsonProcessingException e) {
      throw new SparkDl4jException(
          ErrorCode.DATA_FORMAT, what + " is not valid JSON: " + e.getOriginalMessage(), e);
    }
  }

  /** A document of the contract that Python and Java share, such as {@code options.json}. */
  public static ObjectNode contract(String name) {
    try (InputStream in = Json.class.getResourceAsStream(name)) {
      if (in == null)
        throw new SparkDl4jException(ErrorCode.INTERNAL, "the jar lacks its resource spec/" + name);
      return (ObjectNode) MAPPER.readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
