package org.sparkdl4j.image;

import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.spec.Json;
import org.sparkdl4j.spec.Options;

/**
 * How pictures become blocks of equal size. Part of a model: it must see what it was trained on.
 */
public final class DecodeOptions {
  private final int height;
  private final int width;
  private final int channels;
  private final int maxPixels;
  private final Window window;

  /**
   * Options.
   *
   * @param height rows of the result
   * @param width columns of the result
   * @param channels 1 for grey, 3 for RGB
   * @param maxPixels pixels in the header above which a file is refused undecoded
   * @param window which values of 16-bit pictures become 0 and 255
   * @throws SparkDl4jException PARAMETER_RANGE
   */
  public DecodeOptions(int height, int width, int channels, int maxPixels, Window window) {
    new Options(
        "image",
        Json.object()
            .put("height", height)
            .put("width", width)
            .put("channels", channels)
            .put("max_pixels", maxPixels));
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
  public static DecodeOptions fromJson(ObjectNode json) {
    ObjectNode sizes = json.deepCopy();
    JsonNode window = sizes.remove("window");
    Options options = new Options("image", sizes);
    return new DecodeOptions(
        options.integer("height"),
        options.integer("width"),
        options.integer("channels"),
        options.integer("max_pixels"),
        window == null || window.isNull() ? Window.FULL : Window.fromJson(window));
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
    return Options.option("image", "max_pixels").get("default").asInt();
  }
}
