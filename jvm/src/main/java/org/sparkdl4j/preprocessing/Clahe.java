package org.sparkdl4j.preprocessing;

import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Size;
import org.bytedeco.opencv.opencv_imgproc.CLAHE;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/**
 * Contrast-limited adaptive histogram equalisation of lightness: tile by tile, as far as a limit
 * allows (Zuiderveld, Contrast Limited Adaptive Histogram Equalization, Graphics Gems IV, 1994).
 */
final class Clahe extends PictureStep {
  static final String NAME = "clahe";

  Clahe(ObjectNode values) {
    super(NAME, values);
  }

  @Override
  Mat apply(Mat picture) {
    int tiles = options().integer("tiles");
    double limit = options().number("clip_limit");
    // One a picture: it has buffers of its own.
    try (CLAHE equalization = opencv_imgproc.createCLAHE(limit, new Size(tiles, tiles))) {
      return Lightness.change(
          picture,
          lightness -> {
            Mat result = new Mat();
            equalization.apply(lightness, result);
            return result;
          });
    }
  }
}
