package org.sparkdl4j.preprocessing;

import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/** Spreads lightness so that all its values are about as frequent. */
final class HistogramEqualization extends PictureStep {
  static final String NAME = "histogram_equalization";

  HistogramEqualization(ObjectNode values) {
    super(NAME, values);
  }

  @Override
  Mat apply(Mat picture) {
    return Lightness.change(
        picture,
        lightness -> {
          Mat result = new Mat();
          opencv_imgproc.equalizeHist(lightness, result);
          return result;
        });
  }
}
