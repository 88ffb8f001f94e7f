package org.sparkdl4j.bridge;

import org.nd4j.shade.jackson.databind.node.ArrayNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.dataset.StandardScaler;
import org.sparkdl4j.image.DecodeOptions;
import org.sparkdl4j.model.ClassifierAssembly;
import org.sparkdl4j.model.ImageClassifier;
import org.sparkdl4j.network.NetworkSpec;
import org.sparkdl4j.onednn.FloatMemory;
import org.sparkdl4j.spec.Json;

/** A classifier from parameters that Python has. */
public final class Assembly {
  private final ClassifierAssembly assembly;

  private Assembly(ClassifierAssembly assembly) {
    this.assembly = assembly;
  }

  /**
   * Begins a classifier.
   *
   * @param request JSON: {@code network} (the description), {@code labels} (the classes, of one
   *     JSON type), {@code image} (how pictures are decoded), {@code scaler} (fitted), {@code
   *     training} (what the model file is to say of how it came about)
   */
  public static Assembly begin(String request) {
    ObjectNode json = Json.readObject(request, "the request");
    return new Assembly(
        new ClassifierAssembly(
            NetworkSpec.of((ObjectNode) json.get("network")),
            (ArrayNode) json.get("labels"),
            DecodeOptions.fromJson((ObjectNode) json.get("image")),
            StandardScaler.fromJson(json.get("scaler")),
            (ObjectNode) json.get("training")));
  }

  /**
   * Sets a parameter.
   *
   * @param layer the layer's name in DL4J
   * @param parameter DL4J's name of it
   * @param values address of float32 numbers in the order of its indices, the last one first
   * @param count how many
   */
  public void set(String layer, String parameter, long values, long count) {
    assembly.set(layer, parameter, FloatMemory.at(values, count));
  }

  /** The classifier. */
  public ImageClassifier classifier() {
    return assembly.classifier();
  }

  /** Frees a classifier that nobody has taken. */
  public void close() {
    assembly.close();
  }
}
