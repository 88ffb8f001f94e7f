package org.sparkdl4j.preprocessing;

import org.bytedeco.opencv.opencv_core.Mat;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/** Takes from every row of a picture the line that fits it best; float32. */
final class Detrend extends PictureStep {
  static final String NAME = "detrend";

  Detrend(ObjectNode values) {
    super(NAME, values);
  }

  @Override
  Mat apply(Mat picture) {
    float[] values = Floats.of(picture);
    int channels = picture.channels();
    int row = picture.cols() * channels;
    for (int start = 0; start < values.length; start += row) {
      for (int channel = 0; channel < channels; channel++) {
        LinearTrend.remove(values, start + channel, channels, picture.cols());
      }
    }
    return Floats.like(picture, values);
  }
}
