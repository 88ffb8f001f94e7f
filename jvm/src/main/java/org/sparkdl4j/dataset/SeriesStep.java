package org.sparkdl4j.dataset;

import java.util.stream.IntStream;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.preprocessing.LinearTrend;
import org.sparkdl4j.preprocessing.OpenCv;
import org.sparkdl4j.preprocessing.Spectrum;
import org.sparkdl4j.spec.Options;

/**
 * Changes every pixel along a series of pictures; the result is float32. {@code detrend} takes the
 * line away that fits best; {@code fourier_transform} gives as many pictures as there were, picture
 * k being the frequency k of numpy's {@code fft}, of which those above half mirror the others.
 */
public final class SeriesStep {
  private static final String SERIES = "series";

  /** Pixels that are transformed at a time. */
  private static final int CHUNK = 1024;

  /** What is kept of a Fourier transform; null of the other step. */
  private final Spectrum spectrum;

  private SeriesStep(Spectrum spectrum) {
    this.spectrum = spectrum;
  }

  /**
   * Reads a step.
   *
   * @throws SparkDl4jException PARAMETER_UNKNOWN, PARAMETER_TYPE, PARAMETER_RANGE;
   *     PARAMETER_CONFLICT for a step that is for single pictures
   */
  public static SeriesStep fromJson(ObjectNode json) {
    ObjectNode values = json.deepCopy();
    String name = values.remove("step").asText();
    boolean isFourier = name.equals("fourier_transform");
    if (!isFourier && !name.equals("detrend")) throw isNone(name);
    Options options = new Options(name, values);
    if (!options.string("along").equals(SERIES)) throw isNone(name);
    return new SeriesStep(isFourier ? Spectrum.of(options.string("output")) : null);
  }

  /**
   * Changes series.
   *
   * @param pictures sorted by series, and in it by their order
   * @param lengths how many pictures each series has
   * @param address of memory for as many float32 pictures of their shape
   */
  public void apply(LabeledImages pictures, int[] lengths, long address) {
    OpenCv.load();
    PixelBlock block = pictures.block();
    PixelBlock target =
        PixelBlock.wrap(
            address,
            PixelType.FLOAT32,
            pictures.size(),
            block.height(),
            block.width(),
            block.channels());
    int start = 0;
    for (int length : lengths) {
      float[][] series = new float[length][];
      for (int i = 0; i < length; i++) series[i] = floats(block, pictures.row(start + i));
      apply(series, block.rowLength());
      for (int i = 0; i < length; i++) target.write(start + i, series[i]);
      start += length;
    }
  }

  /** Changes one series in place, {@code [pictures][pixels]}. */
  void apply(float[][] series, int pixels) {
    IntStream.range(0, (pixels + CHUNK - 1) / CHUNK)
        .parallel()
        .forEach(
            chunk -> {
              int from = chunk * CHUNK;
              int to = Math.min(from + CHUNK, pixels);
              if (spectrum == null) detrend(series, from, to);
              else transform(series, from, to);
            });
  }

  private static void detrend(float[][] series, int from, int to) {
    float[] values = new float[series.length];
    for (int pixel = from; pixel < to; pixel++) {
      for (int i = 0; i < values.length; i++) values[i] = series[i][pixel];
      LinearTrend.remove(values, 0, 1, values.length);
      for (int i = 0; i < values.length; i++) series[i][pixel] = values[i];
    }
  }

  // The scope is only there to be closed, and its constructor takes generic varargs.
  @SuppressWarnings({"try", "unchecked"})
  private void transform(float[][] series, int from, int to) {
    int length = series.length;
    double[] values = new double[(to - from) * length];
    for (int i = 0; i < length; i++) {
      for (int pixel = from; pixel < to; pixel++) {
        values[(pixel - from) * length + i] = series[i][pixel];
      }
    }
    double[] complex = new double[2 * values.length];
    try (PointerScope scope = new PointerScope()) {
      Mat rows = new Mat(to - from, length, opencv_core.CV_64F);
      new DoublePointer(rows.data()).put(values);
      Mat result = new Mat();
      opencv_core.dft(rows, result, opencv_core.DFT_ROWS | opencv_core.DFT_COMPLEX_OUTPUT, 0);
      new DoublePointer(result.data()).get(complex);
    }
    for (int i = 0; i < length; i++) {
      for (int pixel = from; pixel < to; pixel++) {
        int at = 2 * ((pixel - from) * length + i);
        series[i][pixel] = spectrum.of(complex[at], complex[at + 1]);
      }
    }
  }

  private static float[] floats(PixelBlock block, int row) {
    float[] values = new float[block.rowLength()];
    if (block.type() == PixelType.FLOAT32) {
      block.read(row, values);
      return values;
    }
    byte[] bytes = new byte[values.length];
    block.read(row, bytes);
    for (int j = 0; j < values.length; j++) values[j] = bytes[j] & 0xFF;
    return values;
  }

  private static SparkDl4jException isNone(String name) {
    return new SparkDl4jException(
            ErrorCode.PARAMETER_CONFLICT,
            name + " is for single pictures, not for series of them: give it along=\"series\"")
        .with("parameter", "along");
  }
}
