package org.sparkdl4j.network;

import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/** {@code MaxPool2D} and {@code AvgPool2D}. */
final class PoolingSpec extends LayerSpec {
  private final int[] size;
  private final int[] stride;
  private final boolean same;

  PoolingSpec(int number, ObjectNode json) {
    super(number, json, "pool_size", "stride", "padding");
    size = pair("pool_size", new int[] {2, 2});
    stride = pair("stride", size);
    same = samePadding();
  }

  @Override
  int[] outputShape(int[] input, int classes) {
    return slide(input, size, stride, same, input[input.length - 1]);
  }

  @Override
  Layer toDl4j(Settings settings, int classes) {
    return new SubsamplingLayer.Builder(
            type.equals("MaxPool2D") ? PoolingType.MAX : PoolingType.AVG)
        .kernelSize(size)
        .stride(stride)
        .convolutionMode(same ? ConvolutionMode.Same : ConvolutionMode.Truncate)
        .build();
  }
}
