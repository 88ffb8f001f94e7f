package org.sparkdl4j.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;

class Dl4jLossTest {
  @ParameterizedTest
  @CsvSource({
    "MCXENT, SOFTMAX, CROSS_ENTROPY",
    "NEGATIVELOGLIKELIHOOD, SOFTMAX, CROSS_ENTROPY",
    "XENT, SIGMOID, BINARY_CROSS_ENTROPY",
    "MSE, SOFTMAX, MSE"
  })
  void knowsTheLossesThatDl4jHas(LossFunction function, Activation activation, LossSpec.Kind kind) {
    Layer output = output(function.getILossFunction(), activation);
    assertEquals(new LossSpec(kind, 0, 0), Dl4jLoss.of(output));
  }

  @ParameterizedTest
  @CsvSource({"HINGE, SOFTMAX", "MCXENT, SIGMOID", "XENT, SOFTMAX", "MSE, SIGMOID", "L1, SOFTMAX"})
  void refusesOthers(LossFunction function, Activation activation) {
    assertRefused(output(function.getILossFunction(), activation), "is not supported");
  }

  @Test
  void refusesWeightsOfClassesAndOtherLastLayers() {
    ILossFunction weighted = new LossMCXENT(Nd4j.createFromArray(1f, 2f));
    assertRefused(output(weighted, Activation.SOFTMAX), "without weights of classes");
    assertRefused(new DenseLayer.Builder().nOut(2).build(), "DenseLayer");
  }

  private static void assertRefused(Layer output, String message) {
    SparkDl4jException e = assertThrows(SparkDl4jException.class, () -> Dl4jLoss.of(output));
    assertEquals(ErrorCode.NETWORK_INVALID, e.code());
    assertTrue(e.getMessage().contains(message), e.getMessage());
  }

  private static Layer output(ILossFunction function, Activation activation) {
    return new OutputLayer.Builder(function).nOut(2).activation(activation).build();
  }
}
