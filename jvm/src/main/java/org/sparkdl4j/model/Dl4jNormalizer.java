package org.sparkdl4j.model;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.sparkdl4j.dataset.ScalerKind;
import org.sparkdl4j.dataset.StandardScaler;

/**
 * DL4J's {@code normalizer.bin} as a scaler. ND4J's own reader makes an object of any class that
 * the file names; here only its four formats without classes are read.
 */
final class Dl4jNormalizer {
  private static final String HEADER = "NORMALIZER";
  private static final int VERSION = 1;

  private Dl4jNormalizer() {}

  /** The most bytes that the entry may have for pictures of a shape. */
  static long largest(int[] shape) {
    long values = (long) shape[0] * shape[1] * shape[2];
    return 2 * (values * Double.BYTES + ArrayFormat.MAX_HEADER) + ArrayFormat.MAX_HEADER;
  }

  /**
   * Reads a normalizer.
   *
   * @param shape {@code [height, width, channels]} of the pictures
   * @throws IOException when it is none of those that scale features linearly
   */
  static StandardScaler read(InputStream in, int[] shape) throws IOException {
    DataInputStream data = new DataInputStream(in);
    if (!data.readUTF().equals(HEADER) || data.readInt() != VERSION) {
      throw new IOException("it is no normalizer of a known version");
    }
    String type = data.readUTF();
    switch (type) {
      case "STANDARDIZE":
        requireNoLabels(data);
        return scaler(shape, array(data, shape), positive(array(data, shape)));
      case "MIN_MAX":
        requireNoLabels(data);
        double low = data.readDouble();
        double high = data.readDouble();
        return ranges(shape, array(data, shape), array(data, shape), low, high);
      case "IMAGE_MIN_MAX":
        double from = data.readDouble();
        double to = data.readDouble();
        double[] least = new double[shape[2]];
        double[] most = new double[shape[2]];
        Arrays.fill(most, data.readDouble());
        return ranges(shape, least, most, from, to);
      default:
        throw new IOException("normalizers of the kind " + type + " are not read");
    }
  }

  private static void requireNoLabels(DataInputStream data) throws IOException {
    if (data.readBoolean()) throw new IOException("it normalizes labels, too");
  }

  private static double[] array(DataInputStream data, int[] shape) throws IOException {
    return ArrayFormat.readVector(data, shape[0] * shape[1] * shape[2]);
  }

  /** What maps the range from least to most to the one from low to high. */
  private static StandardScaler ranges(
      int[] shape, double[] least, double[] most, double low, double high) throws IOException {
    double[] mean = new double[least.length];
    double[] scale = new double[least.length];
    for (int i = 0; i < least.length; i++) {
      double range = most[i] - least[i];
      scale[i] = (range > 0 ? range : 1) / (high - low);
      mean[i] = least[i] - low * scale[i];
    }
    return scaler(shape, mean, scale);
  }

  private static double[] positive(double[] deviations) {
    // ND4J divides by 1 where nothing varies.
    return Arrays.stream(deviations).map(deviation -> deviation == 0 ? 1 : deviation).toArray();
  }

  private static StandardScaler scaler(int[] shape, double[] mean, double[] scale)
      throws IOException {
    if (mean.length == shape[2]) return StandardScaler.of(ScalerKind.CHANNEL, shape, mean, scale);
    if (mean.length != shape[0] * shape[1] * shape[2] || scale.length != mean.length) {
      throw new IOException("it is of pictures of another size");
    }
    return StandardScaler.of(
        ScalerKind.FEATURE, shape, channelsLast(mean, shape), channelsLast(scale, shape));
  }

  private static double[] channelsLast(double[] values, int[] shape) {
    int area = shape[0] * shape[1];
    double[] ordered = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      ordered[i % area * shape[2] + i / area] = values[i];
    }
    return ordered;
  }
}
