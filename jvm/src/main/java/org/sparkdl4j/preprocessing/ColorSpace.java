package org.sparkdl4j.preprocessing;

import java.util.Map;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/** RGB in another colour space, with OpenCV's scales of 8-bit pictures (hue from 0 to 179). */
final class ColorSpace extends PictureStep {
  static final String NAME = "color_space";

  private static final Map<String, Integer> CONVERSIONS =
      Map.of(
          "hsv", opencv_imgproc.COLOR_RGB2HSV,
          "lab", opencv_imgproc.COLOR_RGB2Lab,
          "ycrcb", opencv_imgproc.COLOR_RGB2YCrCb);

  ColorSpace(ObjectNode values) {
    super(NAME, values);
  }

  @Override
  Mat apply(Mat picture) {
    Mat result = new Mat();
    opencv_imgproc.cvtColor(picture, result, CONVERSIONS.get(options().string("space")));
    return result;
  }
}
