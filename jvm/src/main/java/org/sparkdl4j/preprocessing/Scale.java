package org.sparkdl4j.preprocessing;

import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Size;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/** Scales to a size: by averaging where it shrinks, bilinearly where it grows. */
public final class Scale extends PictureStep {
  static final String NAME = "scale";

  Scale(ObjectNode values) {
    super(NAME, values);
  }

  Size size() {
    return new Size(options().integer("width"), options().integer("height"));
  }

  /** Shrinks what is too large by area, then enlarges what is too small bilinearly. */
  public static Mat fit(Mat picture, Size target) {
    int width = Math.min(picture.cols(), target.width());
    int height = Math.min(picture.rows(), target.height());
    Mat shrunk = resized(picture, new Size(width, height), opencv_imgproc.INTER_AREA);
    return resized(shrunk, target, opencv_imgproc.INTER_LINEAR);
  }

  @Override
  Mat apply(Mat picture) {
    return fit(picture, size());
  }

  @Override
  int[] sizeAfter(int height, int width) {
    return new int[] {options().integer("height"), options().integer("width")};
  }

  private static Mat resized(Mat picture, Size size, int interpolation) {
    if (picture.cols() == size.width() && picture.rows() == size.height()) return picture;
    Mat result = new Mat();
    opencv_imgproc.resize(picture, result, size, 0, 0, interpolation);
    return result;
  }
}
