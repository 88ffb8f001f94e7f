package org.sparkdl4j.preprocessing;

import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/** Red, green and blue become one channel: .299 R + .587 G + .114 B (ITU-R BT.601). */
final class Grayscale extends PictureStep {
  static final String NAME = "grayscale";

  Grayscale(ObjectNode values) {
    super(NAME, values);
  }

  /** A grey picture of a grey or RGB one. */
  static Mat of(Mat picture) {
    if (picture.channels() == 1) return picture;
    Mat grey = new Mat();
    opencv_imgproc.cvtColor(picture, grey, opencv_imgproc.COLOR_RGB2GRAY);
    return grey;
  }

  @Override
  Mat apply(Mat picture) {
    return of(picture);
  }
}
