package org.sparkdl4j.plan;

import org.bytedeco.javacpp.FloatPointer;

/**
 * Softmax and cross-entropy of a few values per picture, in Java: oneDNN's softmax takes NaN for a
 * large number, and a network that diverged must show it.
 */
final class SoftmaxOutput {
  private final int classes;
  private final FloatPointer logits;
  private final FloatPointer gradient;
  private final float[] rows;

  /**
   * An output.
   *
   * @param logits address of {@code [count, classes]} values
   * @param gradient address of their gradients; 0 in inference
   */
  SoftmaxOutput(int count, int classes, long logits, long gradient) {
    this.classes = classes;
    rows = new float[Math.multiplyExact(count, classes)];
    this.logits = FloatMemory.at(logits, rows.length);
    this.gradient = gradient == 0 ? null : FloatMemory.at(gradient, rows.length);
  }

  /** Probabilities row by row, valid until the next call. */
  float[] probabilities() {
    logits.get(rows);
    for (int from = 0; from < rows.length; from += classes) softmax(from);
    return rows;
  }

  /** Loss and hits, and the gradient for backward: the sum over the minibatch, as DL4J has it. */
  MinibatchResult loss(int[] labels, float[] sampleWeights) {
    probabilities();
    double lossSum = 0;
    int hits = 0;
    for (int i = 0; i < labels.length; i++) {
      int own = i * classes + labels[i];
      float weight = sampleWeights == null ? 1 : sampleWeights[i];
      lossSum += weight * CrossEntropy.of(rows[own]);
      if (CrossEntropy.argMax(rows, i * classes, classes) == labels[i]) hits++;
      rows[own] -= 1;
      for (int k = i * classes; k < (i + 1) * classes; k++) rows[k] *= weight;
    }
    gradient.put(rows);
    return new MinibatchResult(lossSum, hits);
  }

  private void softmax(int from) {
    float largest = Float.NEGATIVE_INFINITY;
    for (int k = from; k < from + classes; k++) largest = Math.max(largest, rows[k]);
    double sum = 0;
    for (int k = from; k < from + classes; k++) {
      rows[k] = (float) Math.exp(rows[k] - largest);
      sum += rows[k];
    }
    for (int k = from; k < from + classes; k++) rows[k] = (float) (rows[k] / sum);
  }
}
