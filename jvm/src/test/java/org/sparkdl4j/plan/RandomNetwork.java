package org.sparkdl4j.plan;

import java.util.Random;
import org.bytedeco.javacpp.FloatPointer;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.network.LossSpec;
import org.sparkdl4j.network.NetworkConfiguration;
import org.sparkdl4j.network.NetworkSpec;
import org.sparkdl4j.spec.Json;
import org.sparkdl4j.spec.Options;

/** A small network, its pictures, labels and sample weights, all from one seed. */
final class RandomNetwork {
  private static final String[] UPDATERS = {
    "sgd", "nesterov", "adagrad", "rmsprop", "adam", "adamw"
  };
  private static final double[] LEARNING_RATES = {0.05, 0.02, 0.01, 0.001, 0.002, 0.002};
  private static final String[] NORMALIZATIONS = {
    "none",
    "none",
    "none",
    "none",
    "none",
    "renormalize_l2_per_layer",
    "renormalize_l2_per_param_type",
    "clip_elementwise_absolute_value",
    "clip_l2_per_layer",
    "clip_l2_per_param_type"
  };
  private static final String[] LOSSES = {
    "cross_entropy", "cross_entropy", "binary_cross_entropy", "mse", "focal"
  };
  private static final int[] CHANNELS = {1, 1, 2, 3, 3, 4, 16};

  final NetworkConfiguration configuration;
  final int[] shape;
  final int classes;
  final int batch;

  /** By which the pictures' losses are multiplied; null for 1 each. */
  final float[] sampleWeights;

  private final String text;

  private RandomNetwork(
      NetworkConfiguration configuration,
      int[] shape,
      int classes,
      int batch,
      float[] sampleWeights,
      String text) {
    this.configuration = configuration;
    this.shape = shape;
    this.classes = classes;
    this.batch = batch;
    this.sampleWeights = sampleWeights;
    this.text = text;
  }

  /** A network that our JSON describes. */
  static RandomNetwork ofVocabulary(long seed) {
    return ofVocabulary(seed, false);
  }

  /** The same of layers, activations and penalties without kinks and winners. */
  static RandomNetwork smooth(long seed) {
    return ofVocabulary(seed, true);
  }

  /** A network with settings that our JSON lacks. */
  static RandomNetwork ofDl4j(long seed) {
    Random random = new Random(seed);
    int[] shape = shape(random);
    int classes = 2 + random.nextInt(5);
    int batch = 1 + random.nextInt(17);
    MultiLayerConfiguration layers = new RandomDl4jLayers(random).draw(shape, classes, seed + 1);
    return new RandomNetwork(
        NetworkConfiguration.of(layers, LossSpec.CROSS_ENTROPY),
        shape,
        classes,
        batch,
        null,
        text(seed, shape, batch, Json.readObject(layers.toJson(), "network").toString()));
  }

  private static RandomNetwork ofVocabulary(long seed, boolean smooth) {
    Random random = new Random(seed);
    int[] shape = shape(random);
    int classes = 2 + random.nextInt(5);
    int batch = 1 + random.nextInt(17);
    ObjectNode network =
        new RandomVocabulary(random, batch, smooth).draw(shape[0], shape[1], shape[2]);
    setOptions(network, random, smooth);
    float[] sampleWeights = null;
    if (random.nextInt(4) == 0) {
      sampleWeights = new float[batch];
      for (int i = 0; i < batch; i++) sampleWeights[i] = i == 2 ? 0 : 0.1f + 2 * random.nextFloat();
    }
    String text = text(seed, shape, batch, network.toString());
    try {
      NetworkConfiguration configuration =
          NetworkSpec.of(network)
              .toConfiguration(
                  shape, classes, new Options("network", Json.object()), (int) seed + 1);
      return new RandomNetwork(configuration, shape, classes, batch, sampleWeights, text);
    } catch (RuntimeException e) {
      throw new AssertionError(text, e);
    }
  }

  private static void setOptions(ObjectNode network, Random random, boolean smooth) {
    int updater = random.nextInt(UPDATERS.length);
    network.put("updater", UPDATERS[updater]);
    network.put("learning_rate", LEARNING_RATES[updater]);
    if (random.nextInt(3) == 0) network.put("l2", 0.01);
    if (!smooth && random.nextInt(3) == 0) network.put("l1", 0.001);
    String normalization = NORMALIZATIONS[random.nextInt(NORMALIZATIONS.length)];
    // Gradients made as long as ever show their rounding where little else is left of them.
    if (!smooth || !normalization.startsWith("renormalize")) {
      network.put("gradient_normalization", normalization);
    }
    network.put("gradient_threshold", 0.05 + random.nextDouble());
    String loss = LOSSES[random.nextInt(LOSSES.length)];
    network.put("loss", loss);
    if (loss.endsWith("cross_entropy") && random.nextBoolean()) network.put("label_smoothing", 0.1);
    if (loss.equals("focal")) network.put("focal_gamma", 3 * random.nextDouble());
    network.put("activation", "tanh");
  }

  private static int[] shape(Random random) {
    return new int[] {
      4 + random.nextInt(11), 4 + random.nextInt(11), CHANNELS[random.nextInt(CHANNELS.length)]
    };
  }

  private static String text(long seed, int[] shape, int batch, String network) {
    return String.format(
        "seed %d, pictures %dx%dx%d, batch %d: %s",
        seed, shape[0], shape[1], shape[2], batch, network);
  }

  FloatPointer pictures(int count, long seed) {
    Random values = new Random(seed);
    float[] pixels = new float[count * shape[0] * shape[1] * shape[2]];
    for (int i = 0; i < pixels.length; i++) pixels[i] = (float) values.nextGaussian();
    return new FloatPointer(pixels);
  }

  int[] labels(int count, long seed) {
    return new Random(seed).ints(count, 0, classes).toArray();
  }

  @Override
  public String toString() {
    return text;
  }
}
