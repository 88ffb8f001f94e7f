package org.sparkdl4j.image;

import java.util.Iterator;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.spec.Json;
import org.sparkdl4j.spec.Options;

/**
 * How pictures become blocks of equal size. Part of a model: it must see what it was trained on.
 */
public final class DecodeOptions {
  /** The largest height or width, in pixels. */
  public static final int MAX_SIDE = 16_384;

  private final int height;
  private final int width;
  private final int channels;
  private final int maxPixels;
  private final Window window;

  /**
   * Options.
   *
   * @param height rows of the result, 1 to {@value #MAX_SIDE}
   * @param width columns of the result, 1 to {@value #MAX_SIDE}
   * @param channels 1 for grey, 3 for RGB
   * @param maxPixels pixels in the header above which a file is refused undecoded
   * @param window which values of 16-bit pictures become 0 and 255
   * @throws SparkDl4jException PARAMETER_RANGE
   */
  public DecodeOptions(int height, int width, int channels, int maxPixels, Window window) {
    checkSide("height", height);
    checkSide("width", width);
    new Options("data", Json.object().put("channels", channels).put("max_pixels", maxPixels));
    this.height = height;
    this.width = width;
    this.channels = channels;
    this.maxPixels = maxPixels;
    this.window = window;
  }

  /** Options with the default pixel limit and the whole range of 16-bit pictures. */
  public DecodeOptions(int height, int width, int channels) {
    this(height, width, channels, defaultMaxPixels(), Window.FULL);
  }

  /**
   * Reads {@code {"height", "width", "channels", "max_pixels", "window"}}; the last three may be
   * absent or null.
   *
   * @throws SparkDl4jException PARAMETER_UNKNOWN, PARAMETER_TYPE or PARAMETER_RANGE
   */
  public static DecodeOptions fromJson(JsonNode json) {
    ObjectNode data = Json.object();
    Iterator<String> names = json.fieldNames();
    while (names.hasNext()) {
      String name = names.next();
      if (name.equals("channels") || name.equals("max_pixels")) {
        data.set(name, json.get(name));
      } else if (!name.equals("height") && !name.equals("width") && !name.equals("window")) {
        throw new SparkDl4jException(
                ErrorCode.PARAMETER_UNKNOWN,
                "there is no image option "
                    + name
                    + "; there are height, width, channels, max_pixels, window")
            .with("parameter", name);
      }
    }
    Options options = new Options("data", data);
    return new DecodeOptions(
        side(json, "height"),
        side(json, "width"),
        options.integer("channels"),
        options.integer("max_pixels"),
        json.hasNonNull("window") ? Window.fromJson(json.get("window")) : Window.FULL);
  }

  /** As {@link #fromJson} reads it. */
  public ObjectNode toJson() {
    ObjectNode json = Json.object();
    json.put("height", height).put("width", width);
    json.put("channels", channels).put("max_pixels", maxPixels);
    json.set("window", window.toJson());
    return json;
  }

  public int height() {
    return height;
  }

  public int width() {
    return width;
  }

  /** 1 for grey, 3 for RGB. */
  public int channels() {
    return channels;
  }

  /** Pixels in the header above which a file is refused undecoded. */
  public int maxPixels() {
    return maxPixels;
  }

  public Window window() {
    return window;
  }

  private static int defaultMaxPixels() {
    return new Options("data", Json.object()).integer("max_pixels");
  }

  private static int side(JsonNode json, String name) {
    JsonNode value = json.path(name);
    if (!value.isIntegralNumber() || !value.canConvertToInt()) {
      throw new SparkDl4jException(
              ErrorCode.PARAMETER_TYPE, "the image option " + name + " must be a whole number")
          .with("parameter", name);
    }
    return value.asInt();
  }

  private static void checkSide(String name, int value) {
    if (value < 1 || value > MAX_SIDE) {
      throw new SparkDl4jException(
              ErrorCode.PARAMETER_RANGE,
              name + " must be from 1 to " + MAX_SIDE + " pixels, but is " + value)
          .with("parameter", name);
    }
  }
}
