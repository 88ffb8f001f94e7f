package org.sparkdl4j.network;

import static org.sparkdl4j.network.LayerCheck.require;

import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.nd4j.linalg.api.buffer.DataType;

/** Whether an untrusted configuration of layers one after the other is a classifier. */
final class LayersCheck {
  private LayersCheck() {}

  /**
   * Checks the configuration.
   *
   * @param input type of the pictures
   * @param classes number of labels
   * @return the output layer
   * @throws RuntimeException when it is not a classifier of such pictures
   */
  static Layer outputLayer(MultiLayerConfiguration configuration, InputType input, int classes) {
    require(configuration.getDataType() == DataType.FLOAT, "its data type is not FLOAT");
    InputType type = input;
    int last = configuration.getConfs().size() - 1;
    for (int i = 0; i <= last; i++) {
      Layer layer = configuration.getConf(i).getLayer();
      String name = "layer " + (i + 1);
      require((i == last) == layer instanceof OutputLayer, name + " does not fit the one before");
      type = LayerCheck.outputType(layer, configuration.getInputPreProcess(i), type, i, name);
    }
    require(
        type.arrayElementsPerExample() == classes, "it does not have one output for each label");
    return configuration.getConf(last).getLayer();
  }
}
