package org.sparkdl4j.model;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.FloatPointer;
import org.sparkdl4j.dataset.LabeledImages;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.onednn.FloatMemory;
import org.sparkdl4j.plan.ForwardPass;
import org.sparkdl4j.plan.LayerOutputs;
import org.sparkdl4j.plan.NetworkCore;
import org.sparkdl4j.spec.Json;
import org.sparkdl4j.spec.Options;

/**
 * What a layer of a classifier makes of pictures, as a row of numbers for each: features for other
 * classifiers. Nothing behind the layer is computed.
 */
public final class PictureFeatures {
  private static final int BATCH = 32;

  private final ImageClassifier classifier;
  private final String layer;
  private final LayerOutputs outputs;
  private final FeaturePooling pooling;
  private final int size;
  private final int count;

  /**
   * Features of one layer.
   *
   * @param layer its name in DL4J; null for what the output layer reads
   * @param pooling of maps: {@code none}, {@code average} or {@code max}
   * @throws SparkDl4jException PARAMETER_RANGE, with the names of the layers; NETWORK_INVALID where
   *     DL4J itself computes the network
   */
  public PictureFeatures(ImageClassifier classifier, String layer, String pooling) {
    this.classifier = classifier;
    this.layer = layer == null ? beforeOutput(classifier.core()) : layer;
    outputs = classifier.core().outputs(this.layer);
    this.pooling =
        FeaturePooling.of(new Options("featurizer", Json.object().put("pooling", pooling)));
    int[] shape = outputs.shape();
    size = Arrays.stream(shape).reduce(1, Math::multiplyExact);
    count = shape.length == 1 ? size : this.pooling.count(shape);
  }

  /** The names of the layers that there are. */
  public static List<String> layers(ImageClassifier classifier) {
    return classifier.core().layerNames();
  }

  /** The layer's name. */
  public String layer() {
    return layer;
  }

  /** How many features a picture has. */
  public int count() {
    return count;
  }

  /**
   * Computes them into memory of the caller.
   *
   * @param images pictures of the network's input shape; their labels are not used
   * @param target address of {@code images.size() * count()} floats
   * @throws SparkDl4jException DATA_SHAPE
   */
  public void compute(LabeledImages images, long target) {
    NetworkCore core = classifier.core();
    if (count == size) {
      ForwardPass.outputs(core, classifier.scaler(), images, outputs, BATCH, target);
      return;
    }
    int pictures = images.size();
    int most = Math.min(BATCH, pictures);
    try (FloatPointer all = new FloatPointer((long) most * size)) {
      for (int from = 0; from < pictures; from += most) {
        int some = Math.min(most, pictures - from);
        LabeledImages part = images.subset(IntStream.range(from, from + some).toArray());
        ForwardPass.outputs(core, classifier.scaler(), part, outputs, BATCH, all.address());
        float[] values = new float[some * size];
        all.get(values);
        float[] pooled = new float[some * count];
        for (int i = 0; i < some; i++) {
          pooling.pool(values, i * size, size, pooled, i * count, count);
        }
        long at = target + (long) from * count * Float.BYTES;
        FloatMemory.at(at, pooled.length).put(pooled, 0, pooled.length);
      }
    }
  }

  /** Computes them into a new array, {@code [images.size(), count()]}, row by row. */
  public float[] compute(LabeledImages images) {
    float[] features = new float[Math.multiplyExact(images.size(), count)];
    if (features.length == 0) return features;
    try (FloatPointer memory = new FloatPointer((long) features.length)) {
      compute(images, memory.address());
      memory.get(features);
    }
    return features;
  }

  private static String beforeOutput(NetworkCore core) {
    String layer = core.lastFrozen(1);
    if (layer != null) return layer;
    throw new SparkDl4jException(
            ErrorCode.PARAMETER_RANGE,
            "no single layer gives the output layer what it reads: name a layer; the layers are "
                + String.join(", ", core.layerNames()))
        .with("parameter", "layer");
  }
}
