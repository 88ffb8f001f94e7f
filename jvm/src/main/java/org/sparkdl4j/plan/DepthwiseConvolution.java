package org.sparkdl4j.plan;

import java.util.List;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.sparkdl4j.onednn.OneDnn;

/** DL4J's {@code DepthwiseConvolution2D}: every channel has kernels of its own. */
final class DepthwiseConvolution extends PlanLayer.Kind<DepthwiseConvolution2D> {
  DepthwiseConvolution() {
    super(DepthwiseConvolution2D.class);
  }

  @Override
  String lacks(DepthwiseConvolution2D layer) {
    return ConvolutionPlan.lacks(layer);
  }

  @Override
  List<PlanLayer> create(PlanLayer.Place place, DepthwiseConvolution2D layer) {
    long channels = layer.getNIn();
    long kernels = layer.getDepthMultiplier();
    int[] size = layer.getKernelSize();
    long all = channels * kernels;
    long[] dimensions = {channels, kernels, 1, size[0], size[1]};
    return List.of(
        new ConvolutionPlan(
            place.name,
            WindowSettings.of(layer),
            dimensions,
            // DL4J has [height, width, channels, kernels].
            OneDnn.strided(dimensions, kernels, 1, 1, size[1] * all, all),
            place.offset + ConvolutionPlan.biases(layer),
            layer.hasBias() ? place.offset : WeightedPlan.NONE),
        ActivationPlan.of(place.name, layer.getActivationFn()));
  }
}
