package org.sparkdl4j.network;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.spec.NearestName;

/**
 * One layer of a network's description. A new type is one subclass and one line in {@link #TYPES}.
 */
abstract class LayerSpec {
  private interface Type {
    LayerSpec parse(LayerJson json);
  }

  private static final Map<String, Type> TYPES = new LinkedHashMap<>();

  static {
    TYPES.put("Conv2D", ConvolutionSpec::new);
    TYPES.put("DepthwiseConv2D", DepthwiseConvolutionSpec::new);
    TYPES.put("SeparableConv2D", SeparableConvolutionSpec::new);
    TYPES.put("ZeroPadding2D", ZeroPaddingSpec::new);
    TYPES.put("MaxPool2D", PoolingSpec::new);
    TYPES.put("AvgPool2D", PoolingSpec::new);
    TYPES.put("GlobalPool", GlobalPoolingSpec::new);
    TYPES.put("Flatten", FlattenSpec::new);
    TYPES.put("BatchNorm", BatchNormSpec::new);
    TYPES.put("Activation", ActivationSpec::new);
    TYPES.put("Rescaling", RescalingSpec::new);
    TYPES.put("Normalization", NormalizationSpec::new);
    TYPES.put("Dense", DenseSpec::new);
    TYPES.put("Dropout", DropoutSpec::new);
    TYPES.put("Add", AddSpec::new);
    TYPES.put("Concat", ConcatSpec::new);
    TYPES.put("Multiply", MultiplySpec::new);
    TYPES.put("Block", BlockSpec::new);
    TYPES.put("SqueezeExcite", SqueezeExciteSpec::new);
    TYPES.put("Output", OutputSpec::new);
  }

  final LayerJson json;

  /** The names of the layers whose outputs it takes, or null for the one before. */
  final List<String> inputs;

  /**
   * Checks what all types share.
   *
   * @param keys the keys that this type knows beside {@code type}, {@code name}, {@code inputs}
   */
  LayerSpec(LayerJson json, String... keys) {
    this.json = json;
    json.check(keys);
    inputs = json.inputs();
  }

  /**
   * Reads a layer.
   *
   * @throws SparkDl4jException NETWORK_INVALID
   */
  static LayerSpec parse(LayerJson json) {
    Type type = TYPES.get(json.type);
    if (type == null) throw json.unknownType(NearestName.of(json.type, TYPES.keySet()));
    return type.parse(json);
  }

  /**
   * The shape of the output: {@code [height, width, channels]} or {@code [units]}.
   *
   * @throws SparkDl4jException NETWORK_DOES_NOT_FIT, NETWORK_INVALID
   */
  abstract int[] outputShape(List<int[]> inputs, int classes);

  /** The number of trained parameters, for inputs that fit. */
  abstract long parameters(List<int[]> inputs, int classes);

  /** Adds what the layer becomes in DL4J to a network; returns the output. */
  abstract VertexOutput expand(Expansion target, List<VertexOutput> inputs);

  /** The name in DL4J of the layer, or of the last of its parts. */
  String name() {
    return json.place.prefix + json.name();
  }
}
