package org.sparkdl4j.plan;

import java.util.List;
import org.bytedeco.dnnl.memory.format_tag;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.sparkdl4j.onednn.OneDnn;

/** DL4J's {@code SeparableConvolution2D}: a depthwise convolution, then one of single pixels. */
final class SeparableConvolution extends PlanLayer.Kind<SeparableConvolution2D> {
  SeparableConvolution() {
    super(SeparableConvolution2D.class);
  }

  @Override
  String lacks(SeparableConvolution2D layer) {
    return ConvolutionPlan.lacks(layer);
  }

  @Override
  List<PlanLayer> create(PlanLayer.Place place, SeparableConvolution2D layer) {
    long channels = layer.getNIn();
    long kernels = layer.getDepthMultiplier();
    int[] size = layer.getKernelSize();
    long area = (long) size[0] * size[1];
    long[] depthwise = {channels, kernels, 1, size[0], size[1]};
    long[] pointwise = {layer.getNOut(), channels * kernels, 1, 1};
    long offset = place.offset + ConvolutionPlan.biases(layer);
    return List.of(
        new ConvolutionPlan(
            place.name + ".depthwise",
            WindowSettings.of(layer),
            depthwise,
            // DL4J has [kernels, channels, height, width].
            OneDnn.strided(depthwise, area, channels * area, 1, size[1], 1),
            offset,
            WeightedPlan.NONE),
        new ConvolutionPlan(
            place.name,
            WindowSettings.SINGLE,
            pointwise,
            OneDnn.desc(pointwise, format_tag.oihw),
            offset + kernels * channels * area,
            layer.hasBias() ? place.offset : WeightedPlan.NONE),
        ActivationPlan.of(place.name, layer.getActivationFn()));
  }
}
