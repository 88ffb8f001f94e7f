package org.sparkdl4j.network;

import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;

/**
 * {@code MaxPool2D} and {@code AvgPool2D}. What padding adds counts in neither: the largest and the
 * mean are those of the places inside the image.
 */
final class PoolingSpec extends PlainLayerSpec {
  private final SlidingWindow window;

  PoolingSpec(LayerJson json) {
    super(json, "pool_size", "stride", "padding");
    window = SlidingWindow.ofPooling(json);
  }

  @Override
  int[] outputShape(int[] input, int classes) {
    return window.outputShape(input, Shape.channels(input));
  }

  @Override
  Layer toDl4j(Settings settings, int[] input, int classes) {
    return new SubsamplingLayer.Builder(
            json.type.equals("MaxPool2D") ? PoolingType.MAX : PoolingType.AVG)
        .kernelSize(window.size)
        .stride(window.stride)
        .convolutionMode(window.mode())
        .build();
  }
}
