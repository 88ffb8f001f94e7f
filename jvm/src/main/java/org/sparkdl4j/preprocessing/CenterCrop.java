package org.sparkdl4j.preprocessing;

import org.bytedeco.opencv.opencv_core.Mat;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;

/** Cuts the middle out: a rectangle of a size, or the largest square. */
final class CenterCrop extends PictureStep {
  static final String NAME = "center_crop";

  private static final String HEIGHT = "height";
  private static final String WIDTH = "width";

  CenterCrop(ObjectNode values) {
    super(NAME, values);
    if (options().isSet(HEIGHT) != options().isSet(WIDTH)) {
      throw new SparkDl4jException(
          ErrorCode.PARAMETER_CONFLICT, "height and width must be given both, or neither");
    }
  }

  @Override
  Mat apply(Mat picture) throws PictureTooSmallException {
    int square = Math.min(picture.rows(), picture.cols());
    int height = options().isSet(HEIGHT) ? options().integer(HEIGHT) : square;
    int width = options().isSet(WIDTH) ? options().integer(WIDTH) : square;
    int top = Math.floorDiv(picture.rows() - height, 2);
    int left = Math.floorDiv(picture.cols() - width, 2);
    return Crop.cut(picture, top, left, height, width);
  }

  @Override
  int[] sizeAfter(int rows, int columns) {
    if (!options().isSet(HEIGHT)) {
      int square = Math.min(rows, columns);
      return new int[] {square, square};
    }
    int height = options().integer(HEIGHT);
    int width = options().integer(WIDTH);
    boolean isTooSmall = rows > 0 && height > rows || columns > 0 && width > columns;
    return isTooSmall ? null : new int[] {height, width};
  }
}
