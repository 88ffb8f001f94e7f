package org.sparkdl4j.preprocessing;

import java.util.function.UnaryOperator;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;

/** How light pixels are: grey values, or L of CIE L*a*b*, beside which the colours stay. */
final class Lightness {
  private Lightness() {}

  /** An 8-bit picture whose lightness is changed. */
  static Mat change(Mat picture, UnaryOperator<Mat> change) {
    if (picture.channels() == 1) return change.apply(picture);
    Mat lab = new Mat();
    opencv_imgproc.cvtColor(picture, lab, opencv_imgproc.COLOR_RGB2Lab);
    Mat lightness = new Mat();
    opencv_core.extractChannel(lab, lightness, 0);
    opencv_core.insertChannel(change.apply(lightness), lab, 0);
    Mat result = new Mat();
    opencv_imgproc.cvtColor(lab, result, opencv_imgproc.COLOR_Lab2RGB);
    return result;
  }
}
