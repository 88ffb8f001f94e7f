package org.sparkdl4j.preprocessing;

import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.global.opencv_photo;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Size;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/**
 * Takes dark hair off pictures of skin. Hair is what a morphological closing of the grey picture
 * with a cross makes lighter by more than a threshold (black-hat; after Lee et al., DullRazor: A
 * software approach to hair removal from images, Computers in Biology and Medicine 27, 1997, which
 * closes with lines in three directions); it is painted over from what is around it (Telea, An
 * image inpainting technique based on the fast marching method, 2004).
 */
final class HairRemoval extends PictureStep {
  static final String NAME = "hair_removal";

  private static final String SIZE = "size";

  HairRemoval(ObjectNode values) {
    super(NAME, values);
    requireOdd(SIZE);
  }

  @Override
  Mat apply(Mat picture) {
    int size = options().integer(SIZE);
    Mat cross =
        opencv_imgproc.getStructuringElement(opencv_imgproc.MORPH_CROSS, new Size(size, size));
    Mat darker = new Mat();
    opencv_imgproc.morphologyEx(
        Grayscale.of(picture), darker, opencv_imgproc.MORPH_BLACKHAT, cross);
    Mat hair = new Mat();
    int threshold = options().integer("threshold");
    opencv_imgproc.threshold(darker, hair, threshold, 255, opencv_imgproc.THRESH_BINARY);
    if (opencv_core.countNonZero(hair) == 0) return picture;
    Mat result = new Mat();
    opencv_photo.inpaint(
        picture, hair, result, options().integer("radius"), opencv_photo.INPAINT_TELEA);
    return result;
  }
}
