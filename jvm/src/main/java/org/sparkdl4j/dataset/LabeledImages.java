package org.sparkdl4j.dataset;

import java.util.List;
import java.util.stream.IntStream;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.image.LabeledFile;

/**
 * A view on a block of pictures, with or without labels, and with or without weights by which each
 * picture's loss counts in training. Views share the block: nothing is copied.
 */
public final class LabeledImages implements AutoCloseable {
  private final PixelBlock block;
  private final int[] indices;
  private final int[] labels;
  private final float[] weights;
  private final List<String> classes;

  /**
   * A view.
   *
   * @param indices the rows of the block that belong to the view, in its order; null for all rows
   * @param labels a class index for each picture of the view; null where labels are unknown
   * @param classes the names of the classes; empty where they are unknown
   * @throws SparkDl4jException DATA_SHAPE or DATA_LABELS
   */
  public LabeledImages(PixelBlock block, int[] indices, int[] labels, List<String> classes) {
    this(
        block,
        indices == null ? null : indices.clone(),
        labels == null ? null : labels.clone(),
        null,
        List.copyOf(classes));
    if (indices != null) {
      for (int index : indices) {
        if (index < 0 || index >= block.count()) {
          throw new SparkDl4jException(
              ErrorCode.DATA_SHAPE,
              "there is no picture " + index + " in a block of " + block.count());
        }
      }
    }
    if (labels != null) checkLabels();
  }

  private LabeledImages(
      PixelBlock block, int[] indices, int[] labels, float[] weights, List<String> classes) {
    this.block = block;
    this.indices = indices;
    this.labels = labels;
    this.weights = weights;
    this.classes = classes;
  }

  /**
   * The view on what an {@link ImageLoader} read from files of a folder.
   *
   * @param files the files that were given to the loader
   * @param classes the names of the classes; the label of every file must be among them
   * @throws SparkDl4jException DATA_LABELS
   */
  public static LabeledImages of(
      PixelBlock block, LoadedImages loaded, List<LabeledFile> files, List<String> classes) {
    int[] rows = IntStream.range(0, loaded.size()).toArray();
    return new LabeledImages(block, rows, labels(loaded, files, classes), classes);
  }

  /**
   * The view on the good pictures of a block that has a row for every file, as that of a {@link
   * PixelCache}.
   *
   * @param files the files that the cache was made of
   * @param classes the names of the classes; the label of every file must be among them
   * @throws SparkDl4jException DATA_LABELS
   */
  public static LabeledImages ofEveryFile(
      PixelBlock block, LoadedImages loaded, List<LabeledFile> files, List<String> classes) {
    int[] labels = labels(loaded, files, classes);
    return new LabeledImages(block, loaded.fileIndices(), labels, classes);
  }

  private static int[] labels(LoadedImages loaded, List<LabeledFile> files, List<String> classes) {
    int[] labels = new int[loaded.size()];
    for (int i = 0; i < labels.length; i++) {
      LabeledFile file = files.get(loaded.fileIndex(i));
      labels[i] = classes.indexOf(file.label());
      if (labels[i] < 0) {
        throw new SparkDl4jException(
                ErrorCode.DATA_LABELS,
                "the class " + file.label() + " of " + file.path() + " is not among " + classes)
            .with("path", file.path().toString());
      }
    }
    return labels;
  }

  public PixelBlock block() {
    return block;
  }

  /** Number of pictures in the view. */
  public int size() {
    return indices == null ? block.count() : indices.length;
  }

  /** The row of the block that holds the view's picture number {@code i}. */
  public int row(int i) {
    return indices == null ? i : indices[i];
  }

  public boolean isLabeled() {
    return labels != null;
  }

  /** The class index of the view's picture number {@code i}. */
  public int label(int i) {
    return labels[i];
  }

  /** A copy of the class indices, one for each picture of the view; null without labels. */
  public int[] labels() {
    return labels == null ? null : labels.clone();
  }

  /**
   * The same view with weights.
   *
   * @param weights by how much the loss of each picture of the view counts: finite and not
   *     negative; null for all by 1
   * @throws SparkDl4jException DATA_SHAPE or DATA_NOT_FINITE
   */
  public LabeledImages withWeights(float[] weights) {
    if (weights != null) checkWeights(weights);
    return new LabeledImages(
        block, indices, labels, weights == null ? null : weights.clone(), classes);
  }

  /**
   * The same view with its weights multiplied by those of classes.
   *
   * @param ofClasses finite and not negative
   * @throws SparkDl4jException DATA_NOT_FINITE when a product is too large
   */
  public LabeledImages withClassWeights(double[] ofClasses) {
    float[] both = new float[size()];
    for (int i = 0; i < both.length; i++) both[i] = (float) (ofClasses[labels[i]] * weight(i));
    return withWeights(both);
  }

  /** How many pictures of each class there are. */
  public int[] counts() {
    int[] counts = new int[classes.size()];
    for (int label : labels) counts[label]++;
    return counts;
  }

  /** Whether a picture has a weight above 0. */
  public boolean someCount() {
    for (int i = 0; i < size(); i++) {
      if (weight(i) > 0) return true;
    }
    return false;
  }

  /** Whether pictures have weights of their own; else all count by 1. */
  public boolean isWeighted() {
    return weights != null;
  }

  /** The weight of the view's picture number {@code i}. */
  public float weight(int i) {
    return weights == null ? 1 : weights[i];
  }

  /** The names of the classes; empty without labels. */
  public List<String> classes() {
    return classes;
  }

  /** The view on some pictures of this view, by their numbers in this view. */
  public LabeledImages subset(int[] positions) {
    int[] rows = new int[positions.length];
    int[] subsetLabels = labels == null ? null : new int[positions.length];
    float[] subsetWeights = weights == null ? null : new float[positions.length];
    for (int i = 0; i < positions.length; i++) {
      if (positions[i] < 0 || positions[i] >= size()) {
        throw new SparkDl4jException(
            ErrorCode.DATA_SHAPE, "there is no picture " + positions[i] + " among " + size());
      }
      rows[i] = row(positions[i]);
      if (labels != null) subsetLabels[i] = labels[positions[i]];
      if (weights != null) subsetWeights[i] = weights[positions[i]];
    }
    return new LabeledImages(block, rows, subsetLabels, subsetWeights, classes);
  }

  /** Closes the block, and with it every other view on it. */
  @Override
  public void close() {
    block.close();
  }

  private void checkWeights(float[] given) {
    if (given.length != size()) {
      throw new SparkDl4jException(
          ErrorCode.DATA_SHAPE, given.length + " sample weights for " + size() + " pictures");
    }
    for (int i = 0; i < given.length; i++) {
      // Written so that NaN fails too.
      if (!(given[i] >= 0 && given[i] < Float.POSITIVE_INFINITY)) {
        throw new SparkDl4jException(
            ErrorCode.DATA_NOT_FINITE,
            "sample weights must be finite and not negative, but that of picture "
                + i
                + " is "
                + given[i]);
      }
    }
  }

  private void checkLabels() {
    if (labels.length != size()) {
      throw new SparkDl4jException(
          ErrorCode.DATA_LABELS, labels.length + " labels for " + size() + " pictures");
    }
    for (int label : labels) {
      if (label < 0 || label >= classes.size()) {
        throw new SparkDl4jException(
            ErrorCode.DATA_LABELS,
            "the label " + label + " is none of " + classes.size() + " classes");
      }
    }
  }
}
