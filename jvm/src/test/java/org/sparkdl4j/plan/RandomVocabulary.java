package org.sparkdl4j.plan;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.spec.Json;

/**
 * Draws a small network as a user would write it in JSON, out of all activations and all types of
 * layers but dropout, whose random numbers DL4J draws otherwise.
 *
 * <p>Nothing stands before batch normalisation whose gradient would be zero but for rounding, such
 * as a bias: Adam makes whole steps of that.
 */
final class RandomVocabulary {
  /** An output of a layer. */
  private static final class Value {
    private final String name;
    private final int height;
    private final int width;
    private final int channels;

    private Value(String name, int height, int width, int channels) {
      this.name = name;
      this.height = height;
      this.width = width;
      this.channels = channels;
    }

    private boolean isAsLargeAs(Value other) {
      return height == other.height && width == other.width;
    }
  }

  private static final String[] SMOOTH = {"elu", "gelu", "silu", "sigmoid", "tanh", "identity"};
  private static final String[] KINKED = {"relu", "relu", "relu6", "leaky_relu"};

  /** Fewer values have hardly a variance, and dividing by it makes rounding visible. */
  private static final int FEWEST_TO_NORMALIZE = 16;

  private final Random random;
  private final int batch;
  private final boolean smooth;
  private List<Map<String, Object>> layers = new ArrayList<>();

  /**
   * A generator.
   *
   * @param batch pictures that the network will train on at a time
   * @param smooth whether to draw only layers without kinks and winners
   */
  RandomVocabulary(Random random, int batch, boolean smooth) {
    this.random = random;
    this.batch = batch;
    this.smooth = smooth;
  }

  /** A network for such pictures. */
  ObjectNode draw(int height, int width, int channels) {
    Value value = new Value("input", height, width, channels);
    value = firstLayer(value);
    for (int i = random.nextInt(5); i > 0; i--) value = imageLayer(value);
    value = units(value);
    for (int i = random.nextInt(3); i > 0; i--) value = dense(value);
    Map<String, Object> output = new LinkedHashMap<>();
    output.put("type", "Output");
    layers.add(output);
    ObjectNode network = Json.object();
    network.set("layers", Json.of(layers));
    return network;
  }

  private Value firstLayer(Value value) {
    int choice = random.nextInt(8);
    if (choice == 0) return rescaling(value);
    if (choice == 1 && value.channels <= 4) {
      double[] means = random.doubles(value.channels, -1, 1).toArray();
      double[] variances = random.doubles(value.channels, 0.5, 2).toArray();
      Map<String, Object> layer = layer("Normalization", value);
      layer.put("mean", means);
      layer.put("variance", variances);
      return add(layer, value.height, value.width, value.channels);
    }
    if (choice == 2) return normalization(value);
    return value;
  }

  private Value imageLayer(Value value) {
    switch (random.nextInt(18)) {
      case 0:
        return normalized(value, 1 + random.nextInt(2));
      case 1:
        return depthwise(value);
      case 2:
        return separable(value);
      case 3:
        return padding(value);
      case 4:
      case 5:
        return pooling(value);
      case 6:
        return block(value, 1);
      case 7:
        return block(value, 2);
      case 8:
        return squeezeExcite(value);
      case 9:
        return concatenation(value);
      case 10:
        return sum(value);
      case 11:
        return gate(value);
      case 12:
        return product(value);
      case 13:
        // As a first layer before a dense one, DL4J fails with it.
        return value.name.equals("input") ? convolution(value) : activation(value, activation());
      case 14:
        return rescaling(value);
      default:
        return convolution(value);
    }
  }

  private Value convolution(Value value) {
    Map<String, Object> layer = layer("Conv2D", value);
    int filters = filters();
    layer.put("filters", filters);
    int groups = random.nextInt(4) == 0 ? 1 + random.nextInt(4) : 1;
    if (value.channels % groups == 0 && filters % groups == 0) layer.put("groups", groups);
    settings(layer);
    int[] size = window(layer, "kernel_size", value, true);
    return add(layer, size[0], size[1], filters);
  }

  private Value depthwise(Value value) {
    Map<String, Object> layer = layer("DepthwiseConv2D", value);
    int multiplier = value.channels > 16 ? 1 : 1 + random.nextInt(3);
    layer.put("depth_multiplier", multiplier);
    settings(layer);
    int[] size = window(layer, "kernel_size", value, true);
    return add(layer, size[0], size[1], value.channels * multiplier);
  }

  private Value separable(Value value) {
    // DL4J fails there without its helper.
    if (value.channels == 1) return convolution(value);
    Map<String, Object> layer = layer("SeparableConv2D", value);
    int filters = filters();
    layer.put("filters", filters);
    layer.put("depth_multiplier", value.channels > 16 ? 1 : 1 + random.nextInt(2));
    settings(layer);
    int[] size = window(layer, "kernel_size", value, true);
    return add(layer, size[0], size[1], filters);
  }

  private Value padding(Value value) {
    int[] padding = random.ints(4, 0, 3).toArray();
    Map<String, Object> layer = layer("ZeroPadding2D", value);
    layer.put("padding", padding);
    int height = value.height + padding[0] + padding[1];
    return add(layer, height, value.width + padding[2] + padding[3], value.channels);
  }

  private Value pooling(Value value) {
    boolean max = !smooth && random.nextBoolean();
    Map<String, Object> layer = layer(max ? "MaxPool2D" : "AvgPool2D", value);
    int[] size = window(layer, "pool_size", value, false);
    return add(layer, size[0], size[1], value.channels);
  }

  /** Convolution, batch normalisation, activation. */
  private Value normalized(Value value, int stride) {
    Value convolved = unbiased(value, filters(), stride);
    return activation(normalization(convolved), activation());
  }

  private Value unbiased(Value value, int filters, int stride) {
    Map<String, Object> layer = same(value, filters, 3, "identity");
    layer.put("stride", new int[] {stride, stride});
    layer.put("use_bias", false);
    return add(layer, (value.height - 1) / stride + 1, (value.width - 1) / stride + 1, filters);
  }

  private Value normalization(Value value) {
    if (batch * value.height * value.width < FEWEST_TO_NORMALIZE) return value;
    Map<String, Object> layer = layer("BatchNorm", value);
    if (random.nextBoolean()) layer.put("momentum", 0.5);
    if (random.nextBoolean()) layer.put("epsilon", 1e-3);
    return add(layer, value.height, value.width, value.channels);
  }

  private Value block(Value value, int stride) {
    List<Map<String, Object>> outer = layers;
    Map<String, Object> layer = layer("Block", value);
    layers = new ArrayList<>();
    Value input = new Value("input", value.height, value.width, value.channels);
    int filters = stride == 1 && random.nextBoolean() ? value.channels : filters();
    Value inner = activation(normalization(unbiased(input, filters, stride)), activation());
    inner = add(same(inner, filters, 1 + 2 * random.nextInt(2), "identity"), inner);
    layer.put("layers", layers);
    layers = outer;
    boolean projected = stride > 1 || filters != value.channels;
    if (projected && random.nextInt(3) == 0) {
      // A shortcut of its own.
      Map<String, Object> convolution = new LinkedHashMap<>();
      convolution.put("type", "Conv2D");
      convolution.put("filters", filters);
      convolution.put("kernel_size", new int[] {1, 1});
      convolution.put("stride", new int[] {stride, stride});
      convolution.put("activation", "tanh");
      layer.put("shortcut", List.of(convolution));
    } else if (projected && batch * inner.height * inner.width < FEWEST_TO_NORMALIZE) {
      return value;
    }
    if (random.nextBoolean()) layer.put("activation", activation());
    if (smooth) layer.put("activation", "tanh");
    return add(layer, inner.height, inner.width, filters);
  }

  private Value squeezeExcite(Value value) {
    if (smooth) return gate(value);
    Map<String, Object> layer = layer("SqueezeExcite", value);
    layer.put("ratio", 1 + random.nextInt(4));
    return add(layer, value);
  }

  private Value concatenation(Value value) {
    Value left = add(same(value, filters(), 3, activation()), value);
    Value right =
        random.nextBoolean() ? value : add(same(value, filters(), 1, activation()), value);
    Map<String, Object> layer = layer("Concat", left, right);
    return add(layer, value.height, value.width, left.channels + right.channels);
  }

  private Value sum(Value value) {
    int filters = filters();
    Value left = add(same(value, filters, 3, activation()), value);
    Value middle = add(same(left, filters, 2, activation()), left);
    Value right = add(same(value, filters, 1, activation()), value);
    Value[] all =
        random.nextBoolean() ? new Value[] {middle, right} : new Value[] {right, left, middle};
    return add(layer("Add", all), left);
  }

  /** Every channel times a value of its own. */
  private Value gate(Value value) {
    Map<String, Object> layer = layer("GlobalPool", value);
    layer.put("mode", smooth || random.nextBoolean() ? "avg" : "max");
    layer.put("keep_dims", true);
    Value pooled = add(layer, 1, 1, value.channels);
    Value scale = add(same(pooled, value.channels, 1, "sigmoid"), pooled);
    return add(layer("Multiply", value, scale), value);
  }

  private Value product(Value value) {
    Value scale = add(same(value, value.channels, 3, activation()), value);
    return add(layer("Multiply", value, scale), value);
  }

  private Value activation(Value value, String name) {
    Map<String, Object> layer = layer("Activation", value);
    layer.put("activation", name);
    if (name.equals("leaky_relu") && layers.size() % 2 == 0) layer.put("slope", 0.2);
    return add(layer, value);
  }

  private Value rescaling(Value value) {
    Map<String, Object> layer = layer("Rescaling", value);
    layer.put("scale", 0.5 + random.nextDouble());
    if (random.nextBoolean()) layer.put("offset", random.nextDouble() - 0.5);
    return add(layer, value);
  }

  private Value units(Value value) {
    if (value.name.equals("input")) return value;
    if (random.nextInt(3) > 0) {
      int all = value.height * value.width * value.channels;
      return layers.size() % 3 == 0 ? add(layer("Flatten", value), 1, 1, all) : value;
    }
    Map<String, Object> layer = layer("GlobalPool", value);
    layer.put("mode", smooth || random.nextBoolean() ? "avg" : "max");
    boolean keep = random.nextInt(3) == 0;
    layer.put("keep_dims", keep);
    return add(layer, 1, 1, value.channels);
  }

  private Value dense(Value value) {
    int units = 1 + random.nextInt(40);
    Map<String, Object> layer = layer("Dense", value);
    layer.put("units", units);
    boolean normalized = batch >= FEWEST_TO_NORMALIZE && random.nextBoolean();
    if (normalized) {
      layer.put("use_bias", false);
      layer.put("activation", "identity");
      return activation(normalization(add(layer, 1, 1, units)), activation());
    }
    settings(layer);
    if (units > 1 && random.nextInt(8) == 0) layer.put("activation", "softmax");
    return add(layer, 1, 1, units);
  }

  private void settings(Map<String, Object> layer) {
    String activation = activation();
    if (random.nextInt(6) > 0) layer.put("activation", activation);
    // At exactly 0, which zeros without a bias give, its derivatives are not the same.
    boolean zeros = activation.equals("leaky_relu");
    if (random.nextInt(4) == 0 && !zeros) layer.put("use_bias", false);
    if (random.nextInt(8) == 0) layer.put("l2", 0.05);
    if (!smooth && random.nextInt(8) == 0) layer.put("l1", 0.002);
    if (random.nextInt(8) == 0) layer.put("weight_init", "lecun_uniform");
  }

  /** Sets a window; returns the height and width that it leaves. */
  private int[] window(Map<String, Object> layer, String key, Value value, boolean dilates) {
    int[] sides = {value.height, value.width};
    boolean same = random.nextInt(3) == 0;
    int[] kernel = new int[2];
    int[] stride = new int[2];
    int[] dilation = new int[2];
    int[] left = new int[2];
    boolean dilated = dilates && random.nextInt(5) == 0;
    // The size that most networks have, and for which there is Winograd's algorithm.
    boolean square = dilates && random.nextInt(3) == 0;
    for (int i = 0; i < 2; i++) {
      kernel[i] = Math.min(sides[i], square ? 3 : 1 + random.nextInt(5));
      // DL4J refuses strides that jump over rows where it pads by itself.
      stride[i] = square ? 1 : 1 + random.nextInt(Math.min(3, same ? kernel[i] : 3));
      int most = kernel[i] == 1 ? 1 : (sides[i] - 1) / (kernel[i] - 1);
      dilation[i] = dilated ? 1 + random.nextInt(Math.min(3, most)) : 1;
      int extent = (kernel[i] - 1) * dilation[i] + 1;
      left[i] = (same ? sides[i] - 1 : sides[i] - extent) / stride[i] + 1;
    }
    layer.put(key, kernel);
    layer.put("stride", stride);
    if (dilated) layer.put("dilation", dilation);
    if (same) layer.put("padding", "same");
    return left;
  }

  private Map<String, Object> same(Value value, int filters, int kernel, String activation) {
    Map<String, Object> layer = layer("Conv2D", value);
    layer.put("filters", filters);
    layer.put("kernel_size", new int[] {kernel, kernel});
    layer.put("padding", "same");
    layer.put("activation", activation);
    return layer;
  }

  private Map<String, Object> layer(String type, Value... inputs) {
    Map<String, Object> layer = new LinkedHashMap<>();
    layer.put("type", type);
    List<String> names = new ArrayList<>();
    for (Value input : inputs) names.add(input.name);
    String before = layers.isEmpty() ? "input" : (String) layers.get(layers.size() - 1).get("name");
    if (!names.equals(List.of(before))) layer.put("inputs", names);
    return layer;
  }

  private Value add(Map<String, Object> layer, Value sameShape) {
    int channels =
        layer.containsKey("filters") ? (Integer) layer.get("filters") : sameShape.channels;
    return add(layer, sameShape.height, sameShape.width, channels);
  }

  private Value add(Map<String, Object> layer, int height, int width, int channels) {
    String name = "layer" + layers.size();
    layer.put("name", name);
    layers.add(layer);
    return new Value(name, height, width, channels);
  }

  private String activation() {
    String[] all = smooth || random.nextBoolean() ? SMOOTH : KINKED;
    return all[random.nextInt(all.length)];
  }

  private int filters() {
    int[] choices = {1, 3, 4, 8, 8, 16, 16, 20, 32};
    return choices[random.nextInt(choices.length)];
  }
}
