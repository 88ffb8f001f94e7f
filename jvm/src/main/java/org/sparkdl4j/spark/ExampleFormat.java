package org.sparkdl4j.spark;

import java.io.Serializable;
import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;

/** What all examples of a run's DataSets have in common: the size of the pictures, the classes. */
final class ExampleFormat implements Serializable {
  private static final long serialVersionUID = 1;

  private final int height;
  private final int width;
  private final int channels;
  private final int classes;

  private ExampleFormat(int height, int width, int channels, int classes) {
    this.height = height;
    this.width = width;
    this.channels = channels;
    this.classes = classes;
  }

  /**
   * The format of a DataSet.
   *
   * @param where names the DataSet in an error
   * @throws SparkDl4jException DATA_SHAPE, DATA_LABELS
   */
  static ExampleFormat of(DataSet data, String where) {
    INDArray features = data.getFeatures();
    INDArray labels = data.getLabels();
    if (features == null || features.rank() != 4 || features.isEmpty()) {
      throw new SparkDl4jException(
          ErrorCode.DATA_SHAPE,
          where
              + " must have features [examples, channels, height, width], but has "
              + shape(features));
    }
    if (labels == null || labels.rank() != 2 || labels.size(0) != features.size(0)) {
      throw new SparkDl4jException(
          ErrorCode.DATA_LABELS,
          where
              + " must have labels ["
              + features.size(0)
              + ", classes], but has "
              + shape(labels)
              + " beside features "
              + shape(features));
    }
    if (labels.size(1) < 2) {
      throw new SparkDl4jException(
          ErrorCode.DATA_ONE_CLASS,
          where + " has labels of one column, but a classifier needs at least two classes");
    }
    if (data.getFeaturesMaskArray() != null || data.getLabelsMaskArray() != null) {
      throw new SparkDl4jException(
          ErrorCode.DATA_SHAPE, where + " has masks, which pictures do not have: remove them");
    }
    return new ExampleFormat(
        Math.toIntExact(features.size(2)),
        Math.toIntExact(features.size(3)),
        Math.toIntExact(features.size(1)),
        Math.toIntExact(labels.size(1)));
  }

  /** {@code [height, width, channels]}. */
  int[] shape() {
    return new int[] {height, width, channels};
  }

  int classes() {
    return classes;
  }

  /**
   * Checks that another DataSet is like the first.
   *
   * @throws SparkDl4jException DATA_SHAPE, DATA_LABELS
   */
  void require(DataSet data, String where) {
    ExampleFormat other = of(data, where);
    if (!Arrays.equals(other.shape(), shape())) {
      throw new SparkDl4jException(
          ErrorCode.DATA_SHAPE,
          where
              + String.format(
                  " has pictures of %dx%dx%d (channels x height x width), but another one of"
                      + " %dx%dx%d",
                  other.channels, other.height, other.width, channels, height, width));
    }
    if (other.classes != classes) {
      throw new SparkDl4jException(
          ErrorCode.DATA_LABELS,
          where + " has labels of " + other.classes + " classes, but another one of " + classes);
    }
  }

  private static String shape(INDArray array) {
    return array == null ? "none" : Arrays.toString(array.shape());
  }
}
