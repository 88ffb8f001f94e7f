package org.sparkdl4j.preprocessing;

import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/** Every pixel becomes the median of its window; at the edges the nearest pixel goes on. */
final class MedianFilter extends PictureStep {
  static final String NAME = "median_filter";

  private static final String SIZE = "size";

  MedianFilter(ObjectNode values) {
    super(NAME, values);
    requireOdd(SIZE);
  }

  @Override
  Mat apply(Mat picture) {
    Mat result = new Mat();
    opencv_imgproc.medianBlur(picture, result, extent());
    return result;
  }

  @Override
  int extent() {
    return options().integer(SIZE);
  }

  @Override
  int largestForFloats() {
    return 5;
  }
}
