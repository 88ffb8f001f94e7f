package org.sparkdl4j.model;

import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.bytedeco.javacpp.FloatPointer;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.databind.node.ArrayNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.dataset.StandardScaler;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.image.DecodeOptions;
import org.sparkdl4j.network.NetworkConfiguration;
import org.sparkdl4j.network.NetworkSpec;
import org.sparkdl4j.plan.NetworkCore;
import org.sparkdl4j.plan.NetworkCores;
import org.sparkdl4j.spec.Json;
import org.sparkdl4j.spec.Options;

/** A classifier in the making, whose parameters come from elsewhere, array by array. */
public final class ClassifierAssembly implements AutoCloseable {
  private static final int SEED = 1;

  private final ImageClassifier classifier;
  private final Map<String, INDArray> missing = new TreeMap<>();
  private boolean isDone;

  /**
   * A classifier without parameters.
   *
   * @param network its description
   * @param labels the names of the classes, in the order of the network's outputs
   * @param image how pictures are decoded
   * @param scaler of the pictures
   * @param training what its file is to say of how it came about; where it has {@code imported}
   *     with {@code has_top} false, the output layer stays as it is
   * @throws SparkDl4jException for anything that does not fit together
   */
  public ClassifierAssembly(
      NetworkSpec network,
      ArrayNode labels,
      DecodeOptions image,
      StandardScaler scaler,
      ObjectNode training) {
    int[] shape = {image.height(), image.width(), image.channels()};
    ModelMetadata metadata = new ModelMetadata(network.toJson(), labels, training, null);
    NetworkConfiguration configuration =
        network.toConfiguration(shape, labels.size(), new Options("network", Json.object()), SEED);
    NetworkCore core = NetworkCores.of(configuration, shape, metadata.coreOptions());
    try {
      classifier = new ImageClassifier(core, scaler, image, metadata);
    } catch (RuntimeException | Error e) {
      core.close();
      throw e;
    }
    Layer[] layers =
        core.network() instanceof ComputationGraph
            ? ((ComputationGraph) core.network()).getLayers()
            : ((MultiLayerNetwork) core.network()).getLayers();
    for (Layer layer : layers) {
      String name = layer.conf().getLayer().getLayerName();
      layer.paramTable().forEach((key, values) -> missing.put(name + " " + key, values));
    }
    if (!metadata.hasTop()) {
      String output = layers[layers.length - 1].conf().getLayer().getLayerName() + " ";
      missing.keySet().removeIf(name -> name.startsWith(output));
    }
  }

  /**
   * Sets a parameter.
   *
   * @param layer the layer's name in DL4J
   * @param parameter DL4J's name of it, such as {@code W}
   * @param values in the order of its indices, the last one first
   * @throws SparkDl4jException DATA_SHAPE when there is no such parameter left to set, or one of
   *     another size
   */
  public void set(String layer, String parameter, FloatPointer values) {
    INDArray target = missing.remove(layer + " " + parameter);
    if (target == null || target.length() != values.limit()) {
      throw new SparkDl4jException(
          ErrorCode.DATA_SHAPE,
          String.format(
              "the parameter %s of the layer %s has %s values, not %d",
              parameter, layer, target == null ? "no" : target.length(), values.limit()));
    }
    try (INDArray flat =
        Nd4j.create(
            Nd4j.createBuffer(values, values.limit(), target.dataType()),
            new long[] {values.limit()})) {
      target.assign(flat.reshape('c', target.shape()));
    }
  }

  /**
   * The classifier, which the caller has to close from now on.
   *
   * @throws SparkDl4jException DATA_SHAPE when parameters have not been set
   */
  public ImageClassifier classifier() {
    if (!missing.isEmpty()) {
      throw new SparkDl4jException(
          ErrorCode.DATA_SHAPE,
          "these parameters were not given: " + String.join(", ", new TreeSet<>(missing.keySet())));
    }
    isDone = true;
    return classifier;
  }

  /** Frees the memory of a classifier that nobody has taken. */
  @Override
  public void close() {
    if (!isDone) classifier.close();
  }
}
