package org.sparkdl4j.bridge;

import org.nd4j.shade.jackson.databind.node.ArrayNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.dataset.LabeledImages;
import org.sparkdl4j.dataset.StandardScaler;
import org.sparkdl4j.file.LocalFiles;
import org.sparkdl4j.image.DecodeOptions;
import org.sparkdl4j.model.ClassifierTraining;
import org.sparkdl4j.model.ImageClassifier;
import org.sparkdl4j.network.NetworkConfiguration;
import org.sparkdl4j.network.NetworkSpec;
import org.sparkdl4j.plan.CoreOptions;
import org.sparkdl4j.plan.NetworkCore;
import org.sparkdl4j.plan.NetworkCores;
import org.sparkdl4j.spec.Json;
import org.sparkdl4j.spec.Options;
import org.sparkdl4j.training.LearningRateFinder;
import org.sparkdl4j.training.TrainingOptions;

/** Starts trainings, and searches before them. */
public final class Training {
  private Training() {}

  /**
   * Starts to train a classifier.
   *
   * @param request JSON: {@code network} (the description), {@code network_options} and {@code
   *     training_options} (those given), {@code labels} (the classes, of one JSON type), {@code
   *     image} (how pictures are decoded), {@code scaler} (fitted), {@code observations} (as {@link
   *     ClassifierTraining#observe} takes them), {@code preprocessing} (which of the image's steps
   *     decoded pictures go through, for the model to tell; or none), {@code further_epochs} (how
   *     many to train, as {@link ClassifierTraining#goOn} takes it; or null), and what {@link
   *     ClassifierTraining#decideBy} takes
   * @param train labelled pictures, whose memory outlives the training
   * @param validation likewise; null for none
   * @param trained a classifier to go on from, for {@code further_epochs}; null for new parameters
   * @param pretrained a classifier of other classes to begin with; null for none
   */
  public static ClassifierTraining start(
      String request,
      LabeledImages train,
      LabeledImages validation,
      ImageClassifier trained,
      ImageClassifier pretrained) {
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
    if (pretrained != null) training.beginWith(pretrained);
    training.decideBy(new LocalFiles(), json);
    training.observe(json);
    if (json.path("preprocessing").size() > 0) {
      training.note("preprocessing", json.get("preprocessing"));
    }
    if (json.hasNonNull("further_epochs")) {
      training.goOn(trained, json.get("further_epochs").intValue());
    }
    training.start();
    return training;
  }

  /**
   * Begins to look for a learning rate.
   *
   * @param request JSON: what {@link #start} takes, and {@code find_learning_rate} (options of that
   *     group)
   * @param train labelled pictures, whose memory outlives the search
   * @param pretrained a classifier of other classes to begin with; null for none
   */
  public static LearningRateFinder findLearningRate(
      String request, LabeledImages train, ImageClassifier pretrained) {
    ObjectNode json = Json.readObject(request, "the request");
    TrainingOptions training = new TrainingOptions((ObjectNode) json.get("training_options"));
    DecodeOptions image = DecodeOptions.fromJson((ObjectNode) json.get("image"));
    int[] shape = {image.height(), image.width(), image.channels()};
    NetworkConfiguration configuration =
        NetworkSpec.of((ObjectNode) json.get("network"))
            .toConfiguration(
                shape,
                json.get("labels").size(),
                new Options("network", json.get("network_options")),
                training.seed());
    CoreOptions computing =
        new CoreOptions(training.precision(), training.threads(), training.memoryLimit(), null);
    NetworkCore core = NetworkCores.of(configuration, shape, computing);
    try {
      if (pretrained != null) ClassifierTraining.give(pretrained, core);
      core.trainLast(training.trainedLayers().in(1), training.trainedLayers().decay());
      return new LearningRateFinder(
          core,
          StandardScaler.fromJson(json.get("scaler")),
          train,
          training,
          new Options("find_learning_rate", json.get("find_learning_rate")));
    } catch (RuntimeException | Error e) {
      core.close();
      throw e;
    }
  }
}
