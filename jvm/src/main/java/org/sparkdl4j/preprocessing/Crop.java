package org.sparkdl4j.preprocessing;

import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Rect;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/** Cuts a rectangle out. */
final class Crop extends PictureStep {
  static final String NAME = "crop";

  private final int top;
  private final int left;
  private final int height;
  private final int width;

  Crop(ObjectNode values) {
    super(NAME, values);
    top = options().integer("top");
    left = options().integer("left");
    height = options().integer("height");
    width = options().integer("width");
  }

  /** Cuts out. */
  static Mat cut(Mat picture, int top, int left, int height, int width)
      throws PictureTooSmallException {
    if (top < 0 || left < 0 || top + height > picture.rows() || left + width > picture.cols()) {
      throw new PictureTooSmallException(
          picture.rows()
              + "x"
              + picture.cols()
              + " pixels are fewer than a crop to "
              + height
              + "x"
              + width
              + " needs");
    }
    return new Mat(picture, new Rect(left, top, width, height)).clone();
  }

  @Override
  Mat apply(Mat picture) throws PictureTooSmallException {
    return cut(picture, top, left, height, width);
  }

  @Override
  int[] sizeAfter(int rows, int columns) {
    boolean isTooSmall = rows > 0 && top + height > rows || columns > 0 && left + width > columns;
    return isTooSmall ? null : new int[] {height, width};
  }
}
