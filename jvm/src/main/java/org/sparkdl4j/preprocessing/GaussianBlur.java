package org.sparkdl4j.preprocessing;

import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Size;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/** Averages around every pixel with the weights of a bell, cut off at four standard deviations. */
final class GaussianBlur extends PictureStep {
  static final String NAME = "gaussian_blur";

  private static final int CUT_OFF = 4;

  GaussianBlur(ObjectNode values) {
    super(NAME, values);
  }

  @Override
  Mat apply(Mat picture) {
    double sigma = options().number("sigma");
    int side = 2 * (int) (CUT_OFF * sigma + .5) + 1;
    Mat result = new Mat();
    opencv_imgproc.GaussianBlur(
        picture, result, new Size(side, side), sigma, sigma, opencv_core.BORDER_REFLECT);
    return result;
  }
}
