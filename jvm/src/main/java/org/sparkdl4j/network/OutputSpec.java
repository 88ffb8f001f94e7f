package org.sparkdl4j.network;

import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;

/** {@code Output}: one unit per class, fully connected, with the loss. */
final class OutputSpec extends PlainLayerSpec {
  private final Integer units;

  OutputSpec(LayerJson json) {
    super(json, "units", "loss", "label_smoothing", "focal_gamma", "l1", "l2", "weight_init");
    units = json.has("units") ? Integer.valueOf(json.positive("units")) : null;
  }

  /** The number of classes that it demands; 0 where it takes any. */
  int units() {
    return units == null ? 0 : units;
  }

  @Override
  int[] outputShape(int[] input, int classes) {
    if (units != null && units != classes) {
      throw json.doesNotFit(
          "Output has " + units + " units, but there are " + classes + " classes");
    }
    return new int[] {classes};
  }

  @Override
  long parameters(int[] input, int classes) {
    return DenseSpec.parameters(input, classes, true);
  }

  /**
   * The loss.
   *
   * @throws SparkDl4jException PARAMETER_CONFLICT when it has no smoothed labels, but should
   */
  LossSpec loss(Settings settings) {
    String name = settings.string(json, "loss");
    LossSpec.Kind kind = LossSpec.Kind.of(name);
    double smoothing = settings.number(json, "label_smoothing");
    double gamma = settings.number(json, "focal_gamma");
    if (smoothing > 0 && (kind == LossSpec.Kind.MSE || kind == LossSpec.Kind.FOCAL)) {
      throw new SparkDl4jException(
              ErrorCode.PARAMETER_CONFLICT,
              "label_smoothing works with the losses cross_entropy and binary_cross_entropy, but"
                  + " the loss is "
                  + name)
          .with("parameter", "label_smoothing");
    }
    return new LossSpec(kind, smoothing, kind == LossSpec.Kind.FOCAL ? gamma : 0);
  }

  @Override
  Layer toDl4j(Settings settings, int[] input, int classes) {
    LossSpec loss = loss(settings);
    return Weights.set(new OutputLayer.Builder(lossFunction(loss.kind())), json, settings)
        .nOut(classes)
        .activation(loss.isSigmoid() ? Activation.SIGMOID : Activation.SOFTMAX)
        .build();
  }

  /** DL4J's loss, or the nearest that it has. */
  private static LossFunction lossFunction(LossSpec.Kind kind) {
    switch (kind) {
      case BINARY_CROSS_ENTROPY:
        return LossFunction.XENT;
      case MSE:
        return LossFunction.MSE;
      default:
        return LossFunction.MCXENT;
    }
  }
}
