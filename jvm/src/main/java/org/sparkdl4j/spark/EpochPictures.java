package org.sparkdl4j.spark;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.sparkdl4j.dataset.Oversampling;
import org.sparkdl4j.training.TrainingOptions;

/** What the workers train in an epoch, which follows from what pictures each of them has. */
final class EpochPictures {
  private final int[][] targets;
  private final boolean isOversampling;
  private final double[] classWeights;

  /**
   * Of dealt pictures.
   *
   * @param counts of every worker the pictures to train on, by class
   * @throws org.sparkdl4j.error.SparkDl4jException DATA_LABELS, DATA_NOT_FINITE
   */
  EpochPictures(int[][] counts, List<String> classes, TrainingOptions options) {
    isOversampling = options.isOversampling();
    targets = counts.clone();
    if (isOversampling) Arrays.setAll(targets, worker -> Oversampling.targets(counts, worker));
    long[] ofClasses = new long[classes.size()];
    for (int[] own : targets) {
      for (int k = 0; k < own.length; k++) ofClasses[k] += own[k];
    }
    classWeights = options.classWeights(classes, ofClasses);
  }

  /** Pictures that each worker trains in an epoch. */
  List<Integer> counts() {
    List<Integer> counts = new ArrayList<>();
    for (int[] own : targets) counts.add(Arrays.stream(own).sum());
    return counts;
  }

  /** How many pictures of each class a worker trains in an epoch; null: those that it has. */
  ArrayList<int[]> repeated() {
    return isOversampling ? new ArrayList<>(Arrays.asList(targets)) : null;
  }

  /** By how much the loss of each class's pictures counts; null for 1. */
  double[] classWeights() {
    return classWeights;
  }
}
