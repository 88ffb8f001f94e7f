package org.sparkdl4j.model;

import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.node.ArrayNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.image.DecodeOptions;
import org.sparkdl4j.network.NetworkSpec;
import org.sparkdl4j.spec.Json;
import org.sparkdl4j.spec.Options;

/**
 * What a training has from the classifier that it begins with ({@link
 * ClassifierTraining#beginWith}): the network, for other classes, and how pictures are read and
 * standardised. What was given for these must be the same.
 */
public final class Origin {
  private static final String LAYERS = "layers";
  private static final String ACTIVATION = "activation";

  /** Settings that belong to what the layers have learned, wherever they were given. */
  private static final List<String> KEPT = List.of(ACTIVATION, "dropout");

  /** What a network is called makes it no other one. */
  private static final List<String> LABELS = List.of("name", "source", "default_input_shape");

  private final ImageClassifier classifier;
  private final ObjectNode description;

  /**
   * What a classifier gives to a training.
   *
   * @throws SparkDl4jException NETWORK_INVALID where it has no description of its network
   */
  public Origin(ImageClassifier classifier) {
    this.classifier = classifier;
    ObjectNode network = classifier.metadata().network();
    if (network == null || network.path(LAYERS).size() == 0) {
      throw new SparkDl4jException(
          ErrorCode.NETWORK_INVALID,
          "the pretrained model has no description of its network, so that no output layer can be"
              + " made for other classes");
    }
    ArrayNode layers = (ArrayNode) network.get(LAYERS);
    ((ObjectNode) layers.get(layers.size() - 1)).remove("units");
    JsonNode options = classifier.metadata().training().path("options");
    for (String name : KEPT) {
      if (!network.hasNonNull(name) && options.hasNonNull(name)) {
        network.set(name, options.get(name));
      }
    }
    description = network;
  }

  /**
   * The network, without the settings that are options now.
   *
   * @param given must be the same but for what it leaves unset; null for none
   * @param options of the group "network", those given
   * @throws SparkDl4jException PARAMETER_CONFLICT
   */
  public NetworkSpec network(NetworkSpec given, ObjectNode options) {
    if (given != null) requireSame(given);
    JsonNode own = description.path(ACTIVATION);
    String used =
        own.isTextual()
            ? own.asText()
            : Options.option("network", ACTIVATION).get("default").asText();
    if (options.hasNonNull(ACTIVATION)) {
      requireSame(ACTIVATION, options.get(ACTIVATION).asText(), used);
    }
    ObjectNode left = description.deepCopy();
    options.fieldNames().forEachRemaining(left::remove);
    return NetworkSpec.of(left);
  }

  /**
   * How pictures are read.
   *
   * @param given fields of {@link DecodeOptions#toJson}, those given
   * @throws SparkDl4jException PARAMETER_CONFLICT for another value of one of them
   */
  public DecodeOptions image(ObjectNode given) {
    DecodeOptions own = classifier.image();
    ObjectNode all = own.toJson();
    all.setAll(given);
    DecodeOptions wanted = DecodeOptions.fromJson(all);
    requireSame("size", size(wanted), size(own));
    requireSame("channels", wanted.channels(), own.channels());
    requireSame("window", wanted.window().toJson(), own.window().toJson());
    requireSame("max_pixels", wanted.maxPixels(), own.maxPixels());
    requireSame("preprocessing", wanted.preprocessing().toJson(), own.preprocessing().toJson());
    return own;
  }

  /**
   * The value of the option "standardize".
   *
   * @param given null where it was not given
   * @throws SparkDl4jException PARAMETER_CONFLICT
   */
  public String standardize(String given) {
    String own = classifier.scaler().kind().label();
    if (given != null) requireSame("standardize", given, own);
    return own;
  }

  /**
   * Whatever one says of itself, the other must say, too; but the classes are those of the data.
   */
  private void requireSame(NetworkSpec given) {
    ObjectNode both = description.deepCopy();
    for (Iterator<Map.Entry<String, JsonNode>> fields = given.toJson().fields();
        fields.hasNext(); ) {
      Map.Entry<String, JsonNode> field = fields.next();
      if (!LABELS.contains(field.getKey())) both.set(field.getKey(), field.getValue());
    }
    String own = description.path("name").asText("another one");
    String name = Objects.requireNonNullElse(given.name(), "another one");
    if (!given.toJson().has(LAYERS) || !isSame(both)) throw conflict("network", name, own);
  }

  private boolean isSame(ObjectNode network) {
    try {
      return configuration(network).equals(configuration(description));
    } catch (SparkDl4jException e) {
      if (e.code() == ErrorCode.NETWORK_DOES_NOT_FIT) return false;
      throw e;
    }
  }

  /** What two descriptions have in common that mean the same network. */
  private String configuration(ObjectNode network) {
    int[] shape = {
      classifier.image().height(), classifier.image().width(), classifier.image().channels()
    };
    return NetworkSpec.of(network)
        .toConfiguration(shape, 2, new Options("network", Json.object()), 1)
        .toJson();
  }

  private static String size(DecodeOptions image) {
    return image.height() + "x" + image.width();
  }

  private static void requireSame(String name, Object given, Object own) {
    if (!given.equals(own)) throw conflict(name, given, own);
  }

  private static SparkDl4jException conflict(String name, Object given, Object own) {
    return new SparkDl4jException(
            ErrorCode.PARAMETER_CONFLICT,
            name
                + " is "
                + given
                + ", but that of the pretrained model is "
                + own
                + ", and is kept: leave "
                + name
                + " out")
        .with("parameter", name);
  }
}
