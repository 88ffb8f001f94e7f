package org.sparkdl4j.preprocessing;

import java.util.Map;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.spec.Json;

/**
 * What is known of a picture before it is there: colour ({@code rgb}, {@code grey}, {@code hsv},
 * {@code lab}, {@code ycrcb}), number ({@code uint8}, {@code float32}), domain ({@code space},
 * {@code frequency}), and its size where that is known. {@code spec/preprocessing.json} says which
 * of these a step takes and gives.
 */
public final class PictureKind {
  private static final JsonNode CONTRACT = Json.contract("preprocessing.json");
  private static final String COLOR = "color";
  private static final String NUMBER = "number";
  private static final String DOMAIN = "domain";
  private static final String GREY = "grey";
  private static final String RGB = "rgb";
  private static final String FLOAT = "float32";

  private final Map<String, String> properties;
  private final int height;
  private final int width;

  private PictureKind(Map<String, String> properties, int height, int width) {
    this.properties = properties;
    this.height = height;
    this.width = width;
  }

  /**
   * A picture that no step has seen.
   *
   * @param channels 1 for grey, 3 for RGB
   * @param isFloat whether its numbers are float32 rather than uint8
   * @param height rows; 0 where unknown
   * @param width columns; 0 where unknown
   */
  public static PictureKind of(int channels, boolean isFloat, int height, int width) {
    return new PictureKind(
        Map.of(
            COLOR, channels == 1 ? GREY : RGB, NUMBER, isFloat ? FLOAT : "uint8", DOMAIN, "space"),
        height,
        width);
  }

  /** 1 or 3. */
  public int channels() {
    return properties.get(COLOR).equals(GREY) ? 1 : 3;
  }

  /** Whether numbers are float32 rather than uint8. */
  public boolean isFloat() {
    return properties.get(NUMBER).equals(FLOAT);
  }

  /** Rows; 0 where unknown. */
  public int height() {
    return height;
  }

  /** Columns; 0 where unknown. */
  public int width() {
    return width;
  }

  /** The colour, in a word. */
  public String color() {
    return properties.get(COLOR);
  }

  /** Whether a step takes nothing but colour. */
  static boolean needsColor(PictureStep step) {
    JsonNode colors = CONTRACT.path(step.name()).path("takes").path(COLOR);
    return colors.size() == 1 && colors.get(0).asText().equals(RGB);
  }

  /** Whether a step is one for series of pictures, rather than for each picture. */
  public static boolean isForSeries(String step, JsonNode values) {
    JsonNode series = CONTRACT.path(step).path("series");
    for (var fields = series.fields(); fields.hasNext(); ) {
      Map.Entry<String, JsonNode> field = fields.next();
      if (field.getValue().equals(values.get(field.getKey()))) return true;
    }
    return false;
  }

  /**
   * What a step makes of it.
   *
   * @param place of the step in its list, counted from 1
   * @throws SparkDl4jException PARAMETER_CONFLICT when the step does not take such a picture
   */
  PictureKind after(PictureStep step, int place) {
    JsonNode contract = CONTRACT.get(step.name());
    for (String property : new String[] {COLOR, NUMBER, DOMAIN}) {
      JsonNode taken = contract.path("takes").path(property);
      if (taken.isMissingNode()) continue;
      boolean isTaken = false;
      StringBuilder words = new StringBuilder();
      for (JsonNode one : taken) {
        isTaken |= one.asText().equals(properties.get(property));
        words.append(words.length() == 0 ? "" : " or ").append(one.asText());
      }
      if (!isTaken) throw refused(step, place, property, words.toString());
    }
    if (step.largestForFloats() < step.extent() && isFloat()) {
      throw conflict(
          place,
          step,
          "has a window of "
              + step.extent()
              + ", but of float32 pictures it can have at most "
              + step.largestForFloats());
    }
    int[] size = step.sizeAfter(height, width);
    if (size == null) {
      throw conflict(
          place, step, "cuts out more than the " + height + "x" + width + " pixels that there are");
    }
    return new PictureKind(
        Map.of(
            COLOR, given(contract, step, COLOR),
            NUMBER, given(contract, step, NUMBER),
            DOMAIN, given(contract, step, DOMAIN)),
        size[0],
        size[1]);
  }

  private String given(JsonNode contract, PictureStep step, String property) {
    JsonNode given = contract.path("gives").path(property);
    if (given.isMissingNode()) return properties.get(property);
    String text = given.asText();
    // "{space}" stands for the value of the parameter of that name.
    return text.startsWith("{")
        ? step.toJson().get(text.substring(1, text.length() - 1)).asText()
        : text;
  }

  private SparkDl4jException refused(PictureStep step, int place, String property, String taken) {
    return conflict(
        place,
        step,
        "takes pictures whose "
            + property
            + " is "
            + taken
            + ", but there it is "
            + properties.get(property)
            + ": move the step, or leave one out");
  }

  private static SparkDl4jException conflict(int place, PictureStep step, String problem) {
    return new SparkDl4jException(
            ErrorCode.PARAMETER_CONFLICT,
            "step " + place + " of preprocessing (" + step.name() + ") " + problem)
        .with("parameter", "preprocessing");
  }
}
