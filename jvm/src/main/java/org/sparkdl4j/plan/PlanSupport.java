package org.sparkdl4j.plan;

import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.nd4j.linalg.api.buffer.DataType;

/** Which networks the plan can compute. */
final class PlanSupport {
  private PlanSupport() {}

  /** What the plan lacks to compute a network, or null when it lacks nothing. */
  static String lacks(MultiLayerConfiguration configuration) {
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
    return FlatUpdater.lacks((BaseLayer) layer);
  }
}
