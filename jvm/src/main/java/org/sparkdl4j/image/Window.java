package org.sparkdl4j.image;

import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.spec.Json;

/**
 * Which values of a 16-bit picture become 0 and 255; values outside are clipped. Pictures of 8 bits
 * are left as they are.
 */
public final class Window {
  /** 0 to 65535. */
  public static final Window FULL = new Window("full", 0, 65535);

  /** The smallest to the largest value of each picture. */
  public static final Window MINMAX = new Window("minmax", 0, 0);

  private final String name;
  private final double low;
  private final double high;

  private Window(String name, double low, double high) {
    this.name = name;
    this.low = low;
    this.high = high;
  }

  /**
   * From {@code low}, which becomes 0, to {@code high}, which becomes 255.
   *
   * @throws SparkDl4jException PARAMETER_RANGE unless both are finite and low is below high
   */
  public static Window of(double low, double high) {
    if (!(low < high) || Double.isInfinite(low) || Double.isInfinite(high)) {
      throw new SparkDl4jException(
              ErrorCode.PARAMETER_RANGE,
              "window must be finite with low below high, but is (" + low + ", " + high + ")")
          .with("parameter", "window");
    }
    return new Window(null, low, high);
  }

  /**
   * Reads {@code "full"}, {@code "minmax"} or {@code [low, high]}.
   *
   * @throws SparkDl4jException PARAMETER_TYPE or PARAMETER_RANGE
   */
  public static Window fromJson(JsonNode json) {
    if (json.isTextual() && json.asText().equals("full")) return FULL;
    if (json.isTextual() && json.asText().equals("minmax")) return MINMAX;
    if (json.isArray() && json.size() == 2 && json.get(0).isNumber() && json.get(1).isNumber()) {
      return of(json.get(0).asDouble(), json.get(1).asDouble());
    }
    throw new SparkDl4jException(
            ErrorCode.PARAMETER_TYPE,
            "window must be \"full\", \"minmax\" or two numbers [low, high], but is " + json)
        .with("parameter", "window");
  }

  /** As {@link #fromJson} reads it. */
  public JsonNode toJson() {
    return Json.of(name != null ? name : new double[] {low, high});
  }

  /** The picture with 8 bits per sample. */
  Mat apply(Mat picture) {
    double from = low;
    double to = high;
    if (this == MINMAX) {
      DoublePointer least = new DoublePointer(1);
      DoublePointer most = new DoublePointer(1);
      opencv_core.minMaxLoc(picture.reshape(1), least, most, null, null, null);
      from = least.get();
      // A picture of one value becomes black.
      to = Math.max(most.get(), from + 1);
    }
    double scale = 255 / (to - from);
    Mat result = new Mat();
    picture.convertTo(result, opencv_core.CV_8U, scale, -from * scale);
    return result;
  }
}
