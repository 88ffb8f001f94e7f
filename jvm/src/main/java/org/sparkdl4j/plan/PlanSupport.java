package org.sparkdl4j.plan;

import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.learning.regularization.L1Regularization;
import org.nd4j.linalg.learning.regularization.L2Regularization;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.sparkdl4j.network.LossSpec;
import org.sparkdl4j.network.NetworkConfiguration;

/** Which networks the plan can compute. */
final class PlanSupport {
  private PlanSupport() {}

  /** What the plan lacks to compute a network, or null when it lacks nothing. */
  static String lacks(NetworkConfiguration configuration) {
    if (configuration.isGraph()) return "graphs";
    if (!configuration.loss().equals(LossSpec.CROSS_ENTROPY))
      return "" + configuration.loss().kind();
    return lacks(configuration.layers());
  }

  private static String lacks(MultiLayerConfiguration configuration) {
    if (configuration.getDataType() != DataType.FLOAT) return "" + configuration.getDataType();
    if (configuration.getBackpropType() != BackpropType.Standard) {
      return "" + configuration.getBackpropType();
    }
    Map<Integer, InputPreProcessor> preProcessors = configuration.getInputPreProcessors();
    for (InputPreProcessor preProcessor : preProcessors.values()) {
      if (preProcessor.getClass() != CnnToFeedForwardPreProcessor.class) {
        return preProcessor.getClass().getSimpleName();
      }
    }
    List<NeuralNetConfiguration> layers = configuration.getConfs();
    for (int i = 0; i < layers.size(); i++) {
      boolean last = i == layers.size() - 1;
      String lacking = lacks(layers.get(i), last);
      if (lacking != null) return lacking + " (layer " + (i + 1) + ")";
    }
    return null;
  }

  private static String lacks(NeuralNetConfiguration configuration, boolean last) {
    Layer layer = configuration.getLayer();
    PlanLayer.Kind<?> kind = PlanLayer.kind(layer);
    if (kind == null) return layer.getClass().getSimpleName();
    if (last != layer instanceof OutputLayer) return "an output that is not at the end";
    if (!configuration.isMiniBatch() || !configuration.isMinimize()) return "sums as gradients";
    if (configuration.getStepFunction() != null) return "a step function";
    if (layer.getConstraints() != null && !layer.getConstraints().isEmpty()) return "constraints";
    String lacking = DropoutPlan.lacksDropout(layer.getIDropout());
    if (lacking == null) lacking = kind.lacking(layer);
    if (lacking != null || !(layer instanceof BaseLayer) || layer instanceof DropoutLayer) {
      return lacking;
    }
    return lacksUpdate((BaseLayer) layer);
  }

  private static String lacksUpdate(BaseLayer layer) {
    if (layer.getWeightNoise() != null) return "weight noise";
    if (layer.getGradientNormalization() != null
        && layer.getGradientNormalization() != GradientNormalization.None) {
      return "gradient normalisation";
    }
    if (!UpdateRule.isKnown(layer.getIUpdater())) {
      return layer.getIUpdater().getClass().getSimpleName();
    }
    if (layer.getBiasUpdater() != null && !UpdateRule.isKnown(layer.getBiasUpdater())) {
      return layer.getBiasUpdater().getClass().getSimpleName();
    }
    String lacking = lacksRegularization(layer.getRegularization());
    return lacking != null ? lacking : lacksRegularization(layer.getRegularizationBias());
  }

  private static String lacksRegularization(List<Regularization> list) {
    if (list == null) return null;
    for (Regularization regularization : list) {
      if (regularization.getClass() != L1Regularization.class
          && regularization.getClass() != L2Regularization.class) {
        return regularization.getClass().getSimpleName();
      }
    }
    return null;
  }
}
