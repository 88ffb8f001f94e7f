package org.sparkdl4j.preprocessing;

import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;

/** The values of a picture as an array, {@code [height, width, channels]}. */
final class Floats {
  private Floats() {}

  static float[] of(Mat picture) {
    Mat floats = new Mat();
    picture.convertTo(floats, opencv_core.CV_32F);
    float[] values = new float[picture.rows() * picture.cols() * picture.channels()];
    new FloatPointer(floats.data()).get(values);
    return values;
  }

  /** A float32 picture of the size and channels of another. */
  static Mat like(Mat picture, float[] values) {
    Mat result = new Mat(picture.rows(), picture.cols(), opencv_core.CV_32FC(picture.channels()));
    new FloatPointer(result.data()).put(values);
    return result;
  }
}
