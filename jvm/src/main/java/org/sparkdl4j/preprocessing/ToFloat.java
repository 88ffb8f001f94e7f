package org.sparkdl4j.preprocessing;

import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/** The same numbers as float32; as the first step it takes pictures that are float32 already. */
final class ToFloat extends PictureStep {
  static final String NAME = "to_float";

  ToFloat(ObjectNode values) {
    super(NAME, values);
  }

  @Override
  Mat apply(Mat picture) {
    if (picture.depth() == opencv_core.CV_32F) return picture;
    Mat floats = new Mat();
    picture.convertTo(floats, opencv_core.CV_32F);
    return floats;
  }
}
