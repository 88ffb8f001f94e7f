package org.sparkdl4j.dataset;

import java.util.Arrays;
import java.util.stream.DoubleStream;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.spec.Json;

/**
 * Gives training data zero mean and unit variance: {@code (x - mean) * (1 / scale)} in float32.
 *
 * <p>Features that are constant in the training data keep the scale 1. Immutable. Closing it frees
 * what standardising has set up, which the next use sets up again.
 */
public final class StandardScaler implements AutoCloseable {
  private final ScalerKind kind;
  private final int[] shape;
  private final double[] mean;
  private final double[] scale;
  private final double[] variance;
  private final long count;
  private PictureStandardizer standardizer;

  private StandardScaler(
      ScalerKind kind, int[] shape, double[] mean, double[] scale, Moments moments) {
    this.kind = kind;
    this.shape = shape;
    this.mean = mean;
    this.scale = scale;
    this.variance = moments == null ? null : moments.variance;
    this.count = moments == null ? 0 : moments.count;
  }

  /**
   * Learns from pictures, in one pass over them.
   *
   * @param view the training data, and never any other
   * @throws SparkDl4jException DATA_EMPTY, or DATA_NOT_FINITE for NaN or infinity in float pictures
   */
  public static StandardScaler fit(ScalerKind kind, LabeledImages view) {
    PixelBlock block = view.block();
    int[] shape = {block.height(), block.width(), block.channels()};
    int groups = groups(kind, shape[0], shape[1], shape[2]);
    if (groups == 0) return new StandardScaler(kind, shape, new double[0], new double[0], null);
    if (view.size() == 0) throw nothingToLearn();
    Moments moments = finite(Moments.of(view, groups));
    return new StandardScaler(kind, shape, moments.mean, moments.scale(), moments);
  }

  /**
   * Learns from statistics of pictures, wherever these were added up.
   *
   * @param shape height, width, channels of the pictures
   * @throws SparkDl4jException DATA_EMPTY, DATA_NOT_FINITE
   */
  public static StandardScaler fit(ScalerKind kind, int[] shape, PictureStatistics statistics) {
    int groups = groups(kind, shape[0], shape[1], shape[2]);
    if (groups == 0) return new StandardScaler(kind, shape, new double[0], new double[0], null);
    if (statistics.pictures() == 0) throw nothingToLearn();
    Moments moments = finite(statistics.moments(groups));
    return new StandardScaler(kind, shape, moments.mean, moments.scale(), moments);
  }

  /**
   * A scaler of known values.
   *
   * @param shape height, width, channels of the pictures
   * @param mean of each feature in the order height, width, channel, or of each channel, or empty
   * @param scale by which to divide, likewise
   * @throws SparkDl4jException DATA_SHAPE when lengths do not fit, DATA_NOT_FINITE
   */
  public static StandardScaler of(ScalerKind kind, int[] shape, double[] mean, double[] scale) {
    boolean shaped = shape.length == 3 && Arrays.stream(shape).allMatch(side -> side > 0);
    int groups = shaped ? groups(kind, shape[0], shape[1], shape[2]) : 0;
    if (!shaped || mean.length != groups || scale.length != groups) {
      throw new SparkDl4jException(
          ErrorCode.DATA_SHAPE,
          "a scaler per "
              + kind.label()
              + " of pictures "
              + Arrays.toString(shape)
              + " cannot have "
              + mean.length
              + " means and "
              + scale.length
              + " scales");
    }
    if (!allFinite(mean) || !allFinite(scale) || DoubleStream.of(scale).anyMatch(s -> s <= 0)) {
      throw new SparkDl4jException(
          ErrorCode.DATA_NOT_FINITE, "means must be finite, scales finite and above 0");
    }
    return new StandardScaler(kind, shape.clone(), mean.clone(), scale.clone(), null);
  }

  /**
   * Reads {@code {"kind", "shape": [h, w, c], "mean": [...], "scale": [...]}}.
   *
   * @throws SparkDl4jException DATA_FORMAT, DATA_SHAPE, DATA_NOT_FINITE
   */
  public static StandardScaler fromJson(JsonNode json) {
    double[] shape = numbers(json, "shape");
    int[] sides = Arrays.stream(shape).mapToInt(side -> (int) side).toArray();
    ScalerKind kind = ScalerKind.of(json.path("kind").asText());
    return of(kind, sides, numbers(json, "mean"), numbers(json, "scale"));
  }

  /** A scaler of the same numbers, which is closed on its own. */
  public StandardScaler copy() {
    return fromJson(toJson());
  }

  /** As {@link #fromJson} reads it; numbers lose nothing. */
  public ObjectNode toJson() {
    ObjectNode json = Json.object().put("kind", kind.label());
    json.set("shape", Json.of(shape));
    json.set("mean", Json.of(mean));
    json.set("scale", Json.of(scale));
    return json;
  }

  public ScalerKind kind() {
    return kind;
  }

  /** Height, width, channels. */
  public int[] shape() {
    return shape.clone();
  }

  /** The means, as {@link #of} takes them. */
  public double[] mean() {
    return mean.clone();
  }

  /** The scales, as {@link #of} takes them: square roots of the variances, 1 where constant. */
  public double[] scale() {
    return scale.clone();
  }

  /** The population variances; null unless this scaler comes from {@link #fit}. */
  public double[] variance() {
    return variance == null ? null : variance.clone();
  }

  /** Values that each mean was learned from; 0 unless this scaler comes from {@link #fit}. */
  public long count() {
    return count;
  }

  /**
   * What standardises the pictures of a block; it belongs to the scaler.
   *
   * @param readShape {@code [height, width, channels]} of what is wanted of each picture, its first
   *     rows and columns
   * @throws SparkDl4jException DATA_SHAPE when they are not of the shape that was learned
   */
  public synchronized PictureStandardizer standardizer(PixelBlock block, int[] readShape) {
    if (standardizer == null || !standardizer.fits(block, readShape)) {
      checkShape(block);
      standardizer = new PictureStandardizer(kind, mean, scale, block, readShape);
    }
    return standardizer;
  }

  /** Frees native memory; nothing may be standardised meanwhile. Idempotent. */
  @Override
  public synchronized void close() {
    if (standardizer != null) standardizer.close();
    standardizer = null;
  }

  private static Moments finite(Moments moments) {
    if (allFinite(moments.mean) && allFinite(moments.variance)) return moments;
    throw new SparkDl4jException(
        ErrorCode.DATA_NOT_FINITE, "the pictures hold NaN or infinity: remove or replace them");
  }

  private static SparkDl4jException nothingToLearn() {
    return new SparkDl4jException(
        ErrorCode.DATA_EMPTY, "there are no pictures to learn mean and scale from");
  }

  private void checkShape(PixelBlock block) {
    boolean fits =
        kind == ScalerKind.NONE
            || block.channels() == shape[2]
                && (kind == ScalerKind.CHANNEL
                    || block.height() == shape[0] && block.width() == shape[1]);
    if (!fits) {
      throw new SparkDl4jException(
          ErrorCode.DATA_SHAPE,
          "the scaler learned from pictures of "
              + shape[0]
              + "x"
              + shape[1]
              + "x"
              + shape[2]
              + ", but these are "
              + block.height()
              + "x"
              + block.width()
              + "x"
              + block.channels());
    }
  }

  /** How many means there are. */
  private static int groups(ScalerKind kind, int height, int width, int channels) {
    if (kind == ScalerKind.NONE) return 0;
    return kind == ScalerKind.CHANNEL ? channels : height * width * channels;
  }

  private static boolean allFinite(double[] values) {
    return DoubleStream.of(values).allMatch(Double::isFinite);
  }

  private static double[] numbers(JsonNode json, String name) {
    JsonNode array = json.path(name);
    double[] numbers = new double[array.size()];
    for (int i = 0; i < numbers.length; i++) {
      if (!array.get(i).isNumber()) {
        throw new SparkDl4jException(
            ErrorCode.DATA_FORMAT, "the scaler's " + name + " must be numbers");
      }
      numbers[i] = array.get(i).asDouble();
    }
    return numbers;
  }
}
