package org.sparkdl4j.plan;

import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.ILossFunction;

/**
 * A loss with a weight for each picture, in memory only. DL4J's own means for it, the label mask,
 * cannot serve: DL4J 1.0.0-M2.1 multiplies the logits by the mask too, which is right for masks of
 * 0 and 1 alone.
 */
final class Dl4jWeightedLoss implements ILossFunction {
  private final ILossFunction loss;
  private INDArray weights;

  Dl4jWeightedLoss(ILossFunction loss) {
    this.loss = loss;
  }

  /** Sets the weights of the next minibatch's pictures, {@code [n, 1]}; null for 1 each. */
  void setWeights(INDArray weights) {
    this.weights = weights;
  }

  @Override
  public double computeScore(
      INDArray labels, INDArray logits, IActivation activation, INDArray mask, boolean average) {
    double sum = computeScoreArray(labels, logits, activation, mask).sumNumber().doubleValue();
    return average ? sum / logits.size(0) : sum;
  }

  @Override
  public INDArray computeScoreArray(
      INDArray labels, INDArray logits, IActivation activation, INDArray mask) {
    INDArray scores = loss.computeScoreArray(labels, logits, activation, mask);
    return weights == null ? scores : scores.muli(weights.reshape(scores.shape()));
  }

  @Override
  public INDArray computeGradient(
      INDArray labels, INDArray logits, IActivation activation, INDArray mask) {
    INDArray gradient = loss.computeGradient(labels, logits, activation, mask);
    return weights == null ? gradient : gradient.muliColumnVector(weights);
  }

  @Override
  public Pair<Double, INDArray> computeGradientAndScore(
      INDArray labels, INDArray logits, IActivation activation, INDArray mask, boolean average) {
    return new Pair<>(
        computeScore(labels, logits, activation, mask, average),
        computeGradient(labels, logits, activation, mask));
  }

  @Override
  public String name() {
    return loss.name();
  }
}
