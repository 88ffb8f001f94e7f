package org.sparkdl4j.preprocessing;

import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/** Adds rows and columns around. */
final class Pad extends PictureStep {
  static final String NAME = "pad";

  private final int top;
  private final int bottom;
  private final int left;
  private final int right;
  private final int border;

  Pad(ObjectNode values) {
    super(NAME, values);
    top = options().integer("top");
    bottom = options().integer("bottom");
    left = options().integer("left");
    right = options().integer("right");
    border = border(options().string("fill"));
  }

  @Override
  Mat apply(Mat picture) {
    Mat result = new Mat();
    Scalar black = new Scalar(0.0, 0.0, 0.0, 0.0);
    opencv_core.copyMakeBorder(picture, result, top, bottom, left, right, border, black);
    return result;
  }

  @Override
  int[] sizeAfter(int height, int width) {
    return new int[] {
      height == 0 ? 0 : height + top + bottom, width == 0 ? 0 : width + left + right
    };
  }

  private static int border(String fill) {
    if (fill.equals("black")) return opencv_core.BORDER_CONSTANT;
    return fill.equals("nearest") ? opencv_core.BORDER_REPLICATE : opencv_core.BORDER_REFLECT;
  }
}
