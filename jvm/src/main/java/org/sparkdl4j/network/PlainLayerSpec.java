package org.sparkdl4j.network;

import org.deeplearning4j.nn.conf.layers.Layer;

/** A layer that becomes one layer of DL4J. */
abstract class PlainLayerSpec extends SingleInputSpec {
  PlainLayerSpec(LayerJson json, String... keys) {
    super(json, keys);
  }

  /** DL4J's configuration of the layer for an input's shape, but for its name and inputs. */
  abstract Layer toDl4j(Settings settings, int[] input, int classes);

  @Override
  final VertexOutput expand(Expansion target, VertexOutput input) {
    Layer layer = toDl4j(target.settings, input.shape, target.classes);
    return target.layer(name(), layer, outputShape(input.shape, target.classes), input);
  }
}
