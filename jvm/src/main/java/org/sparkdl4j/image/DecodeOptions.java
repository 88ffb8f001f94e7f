package org.sparkdl4j.image;

import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.preprocessing.PictureKind;
import org.sparkdl4j.preprocessing.Preprocessing;
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
  private final Preprocessing preprocessing;
  private final boolean isFloat;

  /**
   * Options.
   *
   * @param height rows of the result
   * @param width columns of the result
   * @param channels 1 for grey, 3 for RGB
   * @param maxPixels pixels in the header above which a file is refused undecoded
   * @param window which values of 16-bit pictures become 0 and 255
   * @param preprocessing what is done to decoded pictures before they are scaled to height and
   *     width
   * @throws SparkDl4jException PARAMETER_RANGE; PARAMETER_CONFLICT where a step does not take what
   *     it would get, or the last one leaves other channels
   */
  public DecodeOptions(
      int height,
      int width,
      int channels,
      int maxPixels,
      Window window,
      Preprocessing preprocessing) {
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
    this.preprocessing = preprocessing;
    PictureKind kind = preprocessing.after(PictureKind.of(firstChannels(), false, 0, 0));
    if (kind.channels() > channels) {
      throw new SparkDl4jException(
              ErrorCode.PARAMETER_CONFLICT,
              "preprocessing ends with 3 channels ("
                  + kind.color()
                  + "), but channels is 1: end with grayscale, or set channels to 3")
          .with("parameter", "preprocessing");
    }
    isFloat = kind.isFloat();
  }

  /** Options without preprocessing. */
  public DecodeOptions(int height, int width, int channels, int maxPixels, Window window) {
    this(height, width, channels, maxPixels, window, Preprocessing.NONE);
  }

  /** Options with the default pixel limit and the whole range of 16-bit pictures. */
  public DecodeOptions(int height, int width, int channels) {
    this(height, width, channels, defaultMaxPixels(), Window.FULL);
  }

  /**
   * Reads {@code {"height", "width", "channels", "max_pixels", "window", "preprocessing"}}; the
   * last four may be absent or null.
   *
   * @throws SparkDl4jException PARAMETER_UNKNOWN, PARAMETER_TYPE, PARAMETER_RANGE or
   *     PARAMETER_CONFLICT
   */
  public static DecodeOptions fromJson(ObjectNode json) {
    ObjectNode sizes = json.deepCopy();
    JsonNode window = sizes.remove("window");
    JsonNode steps = sizes.remove("preprocessing");
    Options options = new Options("image", sizes);
    return new DecodeOptions(
        options.integer("height"),
        options.integer("width"),
        options.integer("channels"),
        options.integer("max_pixels"),
        window == null || window.isNull() ? Window.FULL : Window.fromJson(window),
        steps == null ? Preprocessing.NONE : Preprocessing.fromJson(steps));
  }

  /** As {@link #fromJson} reads it. */
  public ObjectNode toJson() {
    ObjectNode json = Json.object();
    json.put("height", height).put("width", width);
    json.put("channels", channels).put("max_pixels", maxPixels);
    json.set("window", window.toJson());
    if (!preprocessing.isEmpty()) json.set("preprocessing", preprocessing.toJson());
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

  /** The same options with another limit of pixels. */
  public DecodeOptions withMaxPixels(int limit) {
    return new DecodeOptions(height, width, channels, limit, window, preprocessing);
  }

  public Window window() {
    return window;
  }

  /** What is done to decoded pictures before they are scaled to height and width. */
  public Preprocessing preprocessing() {
    return preprocessing;
  }

  /** Whether values are float32, in the machine's own byte order, rather than uint8. */
  public boolean isFloat() {
    return isFloat;
  }

  /** Bytes of a picture. */
  public int pictureBytes() {
    return height * width * channels * (isFloat ? Float.BYTES : 1);
  }

  /** Channels of the picture that the first step gets: 1 for grey, 3 for RGB. */
  int firstChannels() {
    return preprocessing.needsColor() ? 3 : channels;
  }

  private static int defaultMaxPixels() {
    return Options.option("image", "max_pixels").get("default").asInt();
  }
}
