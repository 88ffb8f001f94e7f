package org.sparkdl4j.bridge;

import org.nd4j.shade.jackson.databind.node.ArrayNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.dataset.LabeledImages;
import org.sparkdl4j.dataset.StandardScaler;
import org.sparkdl4j.file.LocalFiles;
import org.sparkdl4j.image.DecodeOptions;
import org.sparkdl4j.model.ClassifierTraining;
import org.sparkdl4j.model.ImageClassifier;
import org.sparkdl4j.network.NetworkSpec;
import org.sparkdl4j.spec.Json;

/** Starts trainings. */
public final class Training {
  private Training() {}

  /**
   * Starts to train a classifier.
   *
   * @param request JSON: {@code network} (the description), {@code network_options} and {@code
   *     training_options} (those given), {@code labels} (the classes, of one JSON type), {@code
   *     image} (how pictures are decoded), {@code scaler} (fitted), {@code checkpoint} ({@code
   *     path}, {@code every}, {@code unit}; null for none), {@code resume} (a checkpoint's path, or
   *     null), {@code observations} (as {@link ClassifierTraining#observe} takes them), {@code
   *     further_epochs} (how many to train, whatever the option says; or null)
   * @param train labelled pictures, whose memory outlives the training
   * @param validation likewise; null for none
   * @param trained a classifier to go on from, for {@code further_epochs}; null for new parameters
   */
  public static ClassifierTraining start(
      String request, LabeledImages train, LabeledImages validation, ImageClassifier trained) {
    ObjectNode json = Json.readObject(request, "the request");
    ClassifierTraining training =
        new ClassifierTraining(
            NetworkSpec.of((ObjectNode) json.get("network")),
            (ObjectNode) json.get("network_options"),
            (ObjectNode) json.get("training_options"),
            (ArrayNode) json.get("labels"),
            DecodeOptions.fromJson((ObjectNode) json.get("image")),
            StandardScaler.fromJson(json.get("scaler")),
            train,
            validation);
    training.useCheckpoints(new LocalFiles(), json);
    training.observe(json);
    if (json.hasNonNull("further_epochs")) {
      training.goOn(trained, json.get("further_epochs").intValue());
    }
    training.start();
    return training;
  }
}
