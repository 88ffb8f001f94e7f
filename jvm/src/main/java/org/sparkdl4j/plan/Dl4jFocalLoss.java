package org.sparkdl4j.plan;

import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.ILossFunction;

/**
 * Softmax and focal loss for DL4J, which has none: {@code -sum_k y_k (1 - p_k)^gamma log p_k} (Lin
 * et al., Focal Loss for Dense Object Detection, 2017). It serves in memory only: a file that names
 * this class could not be read by plain DL4J.
 */
final class Dl4jFocalLoss implements ILossFunction {
  /** As DL4J's LossMCXENT limits probabilities before the logarithm. */
  private static final double SMALLEST = 1e-10;

  /** Keeps powers with a negative exponent finite. */
  private static final double SMALLEST_REST = 1e-30;

  private final double gamma;

  Dl4jFocalLoss(double gamma) {
    this.gamma = gamma;
  }

  @Override
  public double computeScore(
      INDArray labels, INDArray logits, IActivation softmax, INDArray mask, boolean average) {
    double sum = computeScoreArray(labels, logits, softmax, mask).sumNumber().doubleValue();
    return average ? sum / logits.size(0) : sum;
  }

  @Override
  public INDArray computeScoreArray(
      INDArray labels, INDArray logits, IActivation softmax, INDArray mask) {
    int count = (int) logits.size(0);
    int classes = (int) logits.size(1);
    float[] scores = new float[count];
    double[] p = new double[classes];
    for (int i = 0; i < count; i++) {
      softmax(logits, i, p);
      double score = 0;
      for (int k = 0; k < classes; k++) {
        score -= labels.getDouble(i, k) * Math.pow(rest(p, k), gamma) * log(p[k]);
      }
      scores[i] = (float) score;
    }
    return Nd4j.create(scores, new long[] {count, 1}, 'c');
  }

  @Override
  public INDArray computeGradient(
      INDArray labels, INDArray logits, IActivation softmax, INDArray mask) {
    int count = (int) logits.size(0);
    int classes = (int) logits.size(1);
    INDArray gradient = Nd4j.createUninitialized(DataType.FLOAT, new long[] {count, classes}, 'c');
    double[] p = new double[classes];
    // p_k times the loss's derivative by p_k: what the softmax's derivative makes use of.
    double[] byProbability = new double[classes];
    for (int i = 0; i < count; i++) {
      softmax(logits, i, p);
      double sum = 0;
      for (int k = 0; k < classes; k++) {
        double rest = rest(p, k);
        byProbability[k] =
            labels.getDouble(i, k)
                * (gamma * p[k] * Math.pow(rest, gamma - 1) * log(p[k]) - Math.pow(rest, gamma));
        sum += byProbability[k];
      }
      for (int k = 0; k < classes; k++) {
        gradient.putScalar(i, k, byProbability[k] - p[k] * sum);
      }
    }
    return gradient;
  }

  @Override
  public Pair<Double, INDArray> computeGradientAndScore(
      INDArray labels, INDArray logits, IActivation softmax, INDArray mask, boolean average) {
    return new Pair<>(
        computeScore(labels, logits, softmax, mask, average),
        computeGradient(labels, logits, softmax, mask));
  }

  @Override
  public String name() {
    return "Dl4jFocalLoss";
  }

  private static void softmax(INDArray logits, int row, double[] p) {
    double largest = Double.NEGATIVE_INFINITY;
    for (int k = 0; k < p.length; k++) {
      p[k] = logits.getDouble(row, k);
      largest = Math.max(largest, p[k]);
    }
    double sum = 0;
    for (int k = 0; k < p.length; k++) {
      p[k] = Math.exp(p[k] - largest);
      sum += p[k];
    }
    for (int k = 0; k < p.length; k++) p[k] /= sum;
  }

  /** What is left for the other classes; their sum, since 1 - p loses its digits near p = 1. */
  private static double rest(double[] p, int own) {
    double rest = 0;
    for (int k = 0; k < p.length; k++) {
      if (k != own) rest += p[k];
    }
    return Math.max(rest, SMALLEST_REST);
  }

  private static double log(double probability) {
    return Math.log(Math.max(probability, SMALLEST));
  }
}
