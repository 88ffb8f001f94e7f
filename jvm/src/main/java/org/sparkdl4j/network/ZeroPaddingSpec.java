package org.sparkdl4j.network;

import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;

/** {@code ZeroPadding2D}: rows and columns of zeros around an image. */
final class ZeroPaddingSpec extends PlainLayerSpec {
  /** Top, bottom, left, right. */
  private final int[] padding;

  ZeroPaddingSpec(LayerJson json) {
    super(json, "padding");
    padding = json.integers("padding", "[top, bottom, left, right] of at least 0 each", 4, 0);
  }

  @Override
  int[] outputShape(int[] input, int classes) {
    if (!Shape.isImage(input)) throw json.takesImages(input);
    return new int[] {
      sum(input[0], padding[0], padding[1]), sum(input[1], padding[2], padding[3]), input[2]
    };
  }

  @Override
  Layer toDl4j(Settings settings, int[] input, int classes) {
    return new ZeroPaddingLayer.Builder(padding).build();
  }

  private static int sum(int side, int before, int after) {
    return Math.addExact(side, Math.addExact(before, after));
  }
}
