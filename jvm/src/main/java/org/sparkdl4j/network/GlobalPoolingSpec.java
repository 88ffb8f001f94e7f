package org.sparkdl4j.network;

import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.PoolingType;

/** {@code GlobalPool}: the mean or the largest value of every channel. */
final class GlobalPoolingSpec extends PlainLayerSpec {
  private final boolean max;
  private final boolean keepDims;

  GlobalPoolingSpec(LayerJson json) {
    super(json, "mode", "keep_dims");
    max = json.choice("mode", "avg", "max").equals("max");
    keepDims = json.flag("keep_dims", false);
  }

  @Override
  int[] outputShape(int[] input, int classes) {
    if (!Shape.isImage(input)) throw json.takesImages(input);
    return keepDims ? new int[] {1, 1, input[2]} : new int[] {input[2]};
  }

  @Override
  Layer toDl4j(Settings settings, int[] input, int classes) {
    return new GlobalPoolingLayer.Builder(max ? PoolingType.MAX : PoolingType.AVG)
        .collapseDimensions(!keepDims)
        .build();
  }
}
