package org.sparkdl4j.model;

import java.util.Arrays;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.sparkdl4j.dataset.LabeledImages;
import org.sparkdl4j.dl4j.ClassScores;
import org.sparkdl4j.minibatch.Minibatch;
import org.sparkdl4j.minibatch.Selection;
import org.sparkdl4j.onednn.FloatMemory;
import org.sparkdl4j.plan.NetworkCore;

/**
 * Where in a picture a classifier saw a class: Grad-CAM (Selvaraju et al., Grad-CAM: Visual
 * Explanations from Deep Networks via Gradient-based Localization, 2017, section 3). The maps of a
 * layer are added up, each weighted by the mean derivative of the class's score with respect to it;
 * what is negative counts as 0.
 */
public final class Saliency {
  /** Computed at a time: DL4J holds the outputs of all layers. */
  private static final int BATCH = 4;

  private Saliency() {}

  /**
   * Saliency of pictures, in memory of the caller.
   *
   * @param images pictures of the network's input shape; their labels are not used
   * @param classes of each picture the class that is looked for
   * @param layer whose maps are weighted, as {@link ClassScores#of} takes it; null for the last
   * @param target address of {@code images.size() * height * width} floats, which receive numbers
   *     from 0 to 1: of each picture the largest is 1, or all are 0 when nothing speaks for the
   *     class
   * @throws org.sparkdl4j.error.SparkDl4jException DATA_SHAPE, PARAMETER_RANGE, NETWORK_INVALID
   */
  public static void of(
      ImageClassifier classifier, LabeledImages images, int[] classes, String layer, long target) {
    NetworkCore core = classifier.core();
    int[] shape = core.inputShape();
    long area = (long) shape[0] * shape[1];
    try (ClassScores scores = new ClassScores(core.configuration(), parameters(core));
        Minibatch minibatch = new Minibatch(images, classifier.scaler(), shape, shape, BATCH)) {
      for (int from = 0; from < images.size(); from += BATCH) {
        int count = Math.min(BATCH, images.size() - from);
        minibatch.load(Selection.range(0, from, count));
        ClassScores.Maps maps =
            scores.of(
                pictures(minibatch.features(), count, shape),
                Arrays.copyOfRange(classes, from, from + count),
                layer);
        FloatPointer memory = FloatMemory.at(target + from * area * Float.BYTES, count * area);
        float[] scaled = scaled(weighted(maps), shape[0], shape[1]);
        memory.put(scaled, 0, scaled.length);
      }
    }
  }

  private static INDArray parameters(NetworkCore core) {
    return core.network().params();
  }

  private static INDArray pictures(FloatPointer features, int count, int[] shape) {
    float[] values = new float[count * shape[0] * shape[1] * shape[2]];
    features.get(values, 0, values.length);
    return Nd4j.create(values, new long[] {count, shape[0], shape[1], shape[2]}, 'c')
        .permute(0, 3, 1, 2)
        .dup('c');
  }

  /** {@code [n, height, width]} of the maps, at least 0. */
  private static float[][][] weighted(ClassScores.Maps maps) {
    INDArray values = maps.values().castTo(DataType.FLOAT).dup('c');
    INDArray gradients = maps.gradients().castTo(DataType.FLOAT).dup('c');
    int count = (int) values.size(0);
    int channels = (int) values.size(1);
    int height = (int) values.size(2);
    int width = (int) values.size(3);
    float[] flat = values.data().asFloat();
    float[] flatGradients = gradients.data().asFloat();
    float[][][] sums = new float[count][height][width];
    for (int i = 0; i < count * channels; i++) {
      int start = i * height * width;
      double weight = 0;
      for (int k = 0; k < height * width; k++) weight += flatGradients[start + k];
      weight /= height * width;
      float[][] sum = sums[i / channels];
      for (int k = 0; k < height * width; k++) {
        sum[k / width][k % width] += (float) (weight * flat[start + k]);
      }
    }
    for (float[][] sum : sums) {
      for (float[] row : sum) {
        for (int x = 0; x < width; x++) row[x] = Math.max(0, row[x]);
      }
    }
    return sums;
  }

  /** The maps in the pictures' size, bilinearly between the centres of points, up to 1. */
  private static float[] scaled(float[][][] maps, int height, int width) {
    float[] scaled = new float[maps.length * height * width];
    int at = 0;
    for (float[][] map : maps) {
      float most = 0;
      int start = at;
      for (int y = 0; y < height; y++) {
        double row = position(y, height, map.length);
        int top = (int) row;
        int bottom = Math.min(top + 1, map.length - 1);
        for (int x = 0; x < width; x++) {
          double column = position(x, width, map[0].length);
          int left = (int) column;
          int right = Math.min(left + 1, map[0].length - 1);
          double share = column - left;
          double above = map[top][left] * (1 - share) + map[top][right] * share;
          double below = map[bottom][left] * (1 - share) + map[bottom][right] * share;
          float value = (float) (above + (below - above) * (row - top));
          most = Math.max(most, value);
          scaled[at++] = value;
        }
      }
      for (int i = start; i < at && most > 0; i++) scaled[i] /= most;
    }
    return scaled;
  }

  /** Where the centre of one of {@code of} points lies among {@code among}. */
  private static double position(int point, int of, int among) {
    return Math.max(0, Math.min(among - 1, (point + 0.5) * among / of - 0.5));
  }
}
