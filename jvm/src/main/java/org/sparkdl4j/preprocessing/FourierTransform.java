package org.sparkdl4j.preprocessing;

import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/** The two-dimensional discrete Fourier transform of every channel; float32. */
final class FourierTransform extends PictureStep {
  static final String NAME = "fourier_transform";

  FourierTransform(ObjectNode values) {
    super(NAME, values);
  }

  @Override
  Mat apply(Mat picture) {
    int height = picture.rows();
    int width = picture.cols();
    int channels = picture.channels();
    boolean isCentered = options().bool("centered");
    int down = isCentered ? height / 2 : 0;
    int right = isCentered ? width / 2 : 0;
    Spectrum spectrum = Spectrum.of(options().string("output"));
    float[] values = new float[height * width * channels];
    double[] complex = new double[2 * height * width];
    for (int channel = 0; channel < channels; channel++) {
      transform(picture, channel, complex);
      for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
          int from = 2 * (y * width + x);
          int to = (y + down) % height * width + (x + right) % width;
          values[to * channels + channel] = spectrum.of(complex[from], complex[from + 1]);
        }
      }
    }
    return Floats.like(picture, values);
  }

  /** Real and imaginary parts in turn; in double precision, for phases of small magnitudes. */
  private static void transform(Mat picture, int channel, double[] complex) {
    Mat plane = new Mat();
    opencv_core.extractChannel(picture, plane, channel);
    Mat wide = new Mat();
    plane.convertTo(wide, opencv_core.CV_64F);
    Mat result = new Mat();
    opencv_core.dft(wide, result, opencv_core.DFT_COMPLEX_OUTPUT, 0);
    new DoublePointer(result.data()).get(complex);
  }
}
