package org.sparkdl4j.network;

import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/** {@code Output}: one unit per class, softmax and cross-entropy. */
final class OutputSpec extends LayerSpec {
  private final Integer units;

  OutputSpec(int number, ObjectNode json) {
    super(number, json, "units", "l1", "l2", "weight_init");
    units = json.hasNonNull("units") ? Integer.valueOf(positive("units")) : null;
  }

  @Override
  int[] outputShape(int[] input, int classes) {
    if (units != null && units != classes) {
      throw doesNotFit("Output has " + units + " units, but there are " + classes + " classes");
    }
    return new int[] {classes};
  }

  @Override
  long parameters(int[] input, int[] output) {
    return DenseSpec.denseParameters(input, output);
  }

  @Override
  Layer toDl4j(Settings settings, int classes) {
    return weights(new OutputLayer.Builder(LossFunction.MCXENT), settings)
        .nOut(classes)
        .activation(Activation.SOFTMAX)
        .build();
  }
}
