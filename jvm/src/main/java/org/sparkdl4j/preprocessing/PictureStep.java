package org.sparkdl4j.preprocessing;

import org.bytedeco.opencv.opencv_core.Mat;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.spec.Json;
import org.sparkdl4j.spec.Options;

/**
 * Something that is done to each picture. Its parameters are the options of the group of its name
 * in {@code spec/options.json}. Safe for use by many threads.
 */
abstract class PictureStep {
  static final String NAME = "step";

  private final String name;
  private final Options options;
  private final ObjectNode json;

  /**
   * A step.
   *
   * @param values its parameters; what is absent or null takes its default
   * @throws SparkDl4jException PARAMETER_UNKNOWN, PARAMETER_TYPE, PARAMETER_RANGE
   */
  PictureStep(String name, ObjectNode values) {
    this.name = name;
    options = new Options(name, values);
    json = Json.object().put(NAME, name);
    for (String parameter : Options.names(name)) {
      JsonNode value = values.get(parameter);
      if (value == null || value.isNull()) {
        value = Options.option(name, parameter).path("default");
        if (value.isMissingNode()) options.string(parameter); // which says that it must be given
      }
      if (!value.isNull()) json.set(parameter, value);
    }
  }

  /** The step's name, such as {@code median_filter}. */
  final String name() {
    return name;
  }

  /** Name and all parameters. */
  final ObjectNode toJson() {
    return json.deepCopy();
  }

  final Options options() {
    return options;
  }

  /**
   * The changed picture; the given one stays as it is.
   *
   * @param picture uint8 or float32, 1 channel or RGB
   */
  abstract Mat apply(Mat picture) throws PictureTooSmallException;

  /** {@code [height, width]} afterwards, 0 where unknown; null where the picture is too small. */
  int[] sizeAfter(int height, int width) {
    return new int[] {height, width};
  }

  /** The rows and columns of the step's window; 0 where it has none. */
  int extent() {
    return 0;
  }

  /** The largest window that float32 pictures can have. */
  int largestForFloats() {
    return Integer.MAX_VALUE;
  }

  /** Windows have a middle. */
  final void requireOdd(String parameter) {
    if (options.integer(parameter) % 2 == 1) return;
    throw new SparkDl4jException(
            ErrorCode.PARAMETER_RANGE,
            parameter + " must be odd, but is " + options.integer(parameter))
        .with("parameter", parameter);
  }
}
