package org.sparkdl4j.network;

import java.util.Objects;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;

/** Whether a layer of an untrusted configuration fits what comes before it. */
final class LayerCheck {
  private LayerCheck() {}

  /**
   * The layer's output.
   *
   * @param preProcessor what stands between input and layer, or null
   * @param number the layer's place
   * @param name the layer in an error's words
   * @throws RuntimeException when it does not fit
   */
  static InputType outputType(
      Layer layer, InputPreProcessor preProcessor, InputType input, int number, String name) {
    require(
        Objects.equals(layer.getPreProcessorForInputType(input), preProcessor),
        name + " does not fit the one before");
    InputType type = preProcessor == null ? input : preProcessor.getOutputType(input);
    if (layer instanceof FeedForwardLayer) {
      FeedForwardLayer inferred = (FeedForwardLayer) layer.clone();
      inferred.setNIn(type, true);
      require(
          inferred.getNIn() == ((FeedForwardLayer) layer).getNIn()
              && inferred.getNOut() == ((FeedForwardLayer) layer).getNOut(),
          name + " takes another number of inputs than it gets");
    }
    return requireSmall(layer.getOutputType(number, type), name);
  }

  /** The type, when DL4J can address one picture's values of it. */
  static InputType requireSmall(InputType type, String name) {
    require(
        type.arrayElementsPerExample() <= Integer.MAX_VALUE, name + " makes the network too large");
    return type;
  }

  static void require(boolean condition, String otherwise) {
    if (!condition) throw new IllegalArgumentException(otherwise);
  }
}
