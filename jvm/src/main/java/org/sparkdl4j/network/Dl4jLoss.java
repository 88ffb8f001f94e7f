package org.sparkdl4j.network;

import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossBinaryXENT;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossMSE;
import org.nd4j.linalg.lossfunctions.impl.LossNegativeLogLikelihood;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;

/** The loss that DL4J's configuration of an output layer names. */
public final class Dl4jLoss {
  private Dl4jLoss() {}

  /**
   * The loss of an output layer, without smoothing of labels, which DL4J does not know.
   *
   * @param output the network's last layer
   * @throws SparkDl4jException NETWORK_INVALID when it is none of ours
   */
  public static LossSpec of(Layer output) {
    if (!(output instanceof OutputLayer)) {
      throw invalid("the last layer is no OutputLayer but " + output.getClass().getSimpleName());
    }
    ILossFunction function = ((OutputLayer) output).getLossFn();
    IActivation activation = ((OutputLayer) output).getActivationFn();
    LossSpec.Kind kind = kind(function);
    boolean sigmoid = kind == LossSpec.Kind.BINARY_CROSS_ENTROPY;
    Class<?> fitting = sigmoid ? ActivationSigmoid.class : ActivationSoftmax.class;
    if (kind == null || activation.getClass() != fitting) {
      throw invalid(
          "the output layer's loss "
              + function.name()
              + " with the activation "
              + activation
              + " is not supported: it must be MCXENT, NEGATIVELOGLIKELIHOOD or MSE with softmax,"
              + " or XENT with sigmoid, without weights of classes");
    }
    return new LossSpec(kind, 0, 0);
  }

  /** The kind of loss that DL4J's configuration names for a kind: its own, or the nearest. */
  public static LossSpec.Kind nearest(LossSpec.Kind kind) {
    return kind == LossSpec.Kind.FOCAL ? LossSpec.Kind.CROSS_ENTROPY : kind;
  }

  private static LossSpec.Kind kind(ILossFunction function) {
    Class<?> type = function.getClass();
    if (type == LossMCXENT.class || type == LossNegativeLogLikelihood.class) {
      boolean weighted = ((LossMCXENT) function).getWeights() != null;
      return weighted ? null : LossSpec.Kind.CROSS_ENTROPY;
    }
    if (type == LossBinaryXENT.class) {
      boolean weighted = ((LossBinaryXENT) function).getWeights() != null;
      return weighted ? null : LossSpec.Kind.BINARY_CROSS_ENTROPY;
    }
    if (type == LossMSE.class) {
      return ((LossMSE) function).getWeights() != null ? null : LossSpec.Kind.MSE;
    }
    return null;
  }

  private static SparkDl4jException invalid(String message) {
    return new SparkDl4jException(ErrorCode.NETWORK_INVALID, message);
  }
}
