package org.sparkdl4j.training;

import java.util.ArrayList;
import java.util.List;
import org.sparkdl4j.augmentation.SeededAugmentation;
import org.sparkdl4j.dataset.LabeledImages;
import org.sparkdl4j.dataset.PixelBlock;
import org.sparkdl4j.dataset.PixelType;
import org.sparkdl4j.dataset.ScalerKind;
import org.sparkdl4j.dataset.StandardScaler;
import org.sparkdl4j.plan.ForwardPass;
import org.sparkdl4j.plan.LayerOutputs;
import org.sparkdl4j.plan.MemoryLimit;
import org.sparkdl4j.plan.NetworkCore;

/**
 * What a run gives its networks: pictures, or where the first layers stay as they are what the last
 * of these puts out, computed once. Pictures that are augmented differ in every epoch, and so do
 * the outputs: then it is pictures.
 */
final class RunInput implements AutoCloseable {
  /** Computed at a time; more are no faster. */
  private static final int BATCH = 64;

  private final NetworkCore core;
  private final StandardScaler scaler;
  private final MemoryLimit limit;

  /** The last layer that stays as it is; null where pictures are given. */
  private final String layer;

  /** Its outputs. */
  private final LayerOutputs outputs;

  /** Of the outputs, as blocks of pictures have them. */
  private final int[] shape;

  private final List<LabeledImages> given = new ArrayList<>();

  /**
   * The input of a run.
   *
   * @param core with the parameters that the frozen layers have throughout the run
   * @param scaler fitted on the training data
   */
  RunInput(NetworkCore core, StandardScaler scaler, TrainingOptions options) {
    this.core = core;
    this.scaler = scaler;
    limit = new MemoryLimit(options.memoryLimit());
    SeededAugmentation augmentation =
        new SeededAugmentation(options.augmentation(), options.seed());
    boolean differs = augmentation.changesPictures() || augmentation.mixesPictures();
    layer = differs ? null : core.lastFrozen(options.trainedLayers().most());
    outputs = layer == null ? null : core.outputs(layer);
    shape = layer == null ? core.inputShape() : shape(outputs.shape());
  }

  /** What brings it into the range of the networks. */
  StandardScaler scaler() {
    return layer == null
        ? scaler
        : StandardScaler.of(ScalerKind.NONE, shape, new double[0], new double[0]);
  }

  /**
   * What stands in for pictures until this is closed, or the pictures themselves.
   *
   * @param pictures null gives null
   * @throws org.sparkdl4j.error.SparkDl4jException OUT_OF_MEMORY
   */
  LabeledImages of(LabeledImages pictures) {
    if (layer == null || pictures == null) return pictures;
    long bytes = (long) shape[0] * shape[1] * shape[2] * Float.BYTES * pictures.size();
    limit.requireFeatures(bytes);
    PixelBlock block =
        PixelBlock.allocate(PixelType.FLOAT32, pictures.size(), shape[0], shape[1], shape[2]);
    LabeledImages all = new LabeledImages(block, null, pictures.labels(), pictures.classes());
    given.add(all);
    ForwardPass.outputs(core, scaler, pictures, outputs, BATCH, block.address());
    return pictures.isWeighted() ? all.withWeights(weights(pictures)) : all;
  }

  /** Has a network take it; call it before the first minibatch. */
  NetworkCore prepare(NetworkCore network) {
    if (layer != null) network.takeOutputsOf(layer);
    return network;
  }

  /** Has the run's own network take pictures again, and frees the memory. */
  @Override
  public void close() {
    if (layer != null) core.takeOutputsOf(null);
    given.forEach(LabeledImages::close);
    given.clear();
  }

  private static int[] shape(int[] outputs) {
    return outputs.length > 1 ? outputs : new int[] {1, 1, outputs[0]};
  }

  private static float[] weights(LabeledImages pictures) {
    float[] weights = new float[pictures.size()];
    for (int i = 0; i < weights.length; i++) weights[i] = pictures.weight(i);
    return weights;
  }
}
