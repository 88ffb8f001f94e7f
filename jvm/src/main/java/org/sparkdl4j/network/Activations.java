package org.sparkdl4j.network;

import java.util.Locale;
import org.nd4j.linalg.activations.Activation;

/** The activations of layers, as DL4J names them. */
final class Activations {
  private Activations() {}

  /**
   * DL4J's activation of a layer.
   *
   * @param name one of the option {@code activation}
   * @param shape the shape that it applies to
   */
  static Activation of(LayerJson layer, String name, int[] shape) {
    switch (name) {
      case "leaky_relu":
        return Activation.LEAKYRELU;
      case "silu":
        return Activation.SWISH;
      case "softmax":
        // DL4J's runs over the last axis, which is the width of an image rather than its channels.
        if (Shape.isImage(shape)) {
          throw layer.invalid("softmax takes units, but gets " + Shape.text(shape));
        }
        return Activation.SOFTMAX;
      default:
        return Activation.valueOf(name.toUpperCase(Locale.ROOT));
    }
  }
}
