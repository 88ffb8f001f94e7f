package org.sparkdl4j.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.shade.jackson.databind.node.ArrayNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.dataset.LabeledImages;
import org.sparkdl4j.dataset.ScalerKind;
import org.sparkdl4j.dataset.StandardScaler;
import org.sparkdl4j.dl4j.NetworkState;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.image.DecodeOptions;
import org.sparkdl4j.spec.Json;
import org.sparkdl4j.training.Blobs;

/** A classifier's training goes on from what it has learned. */
class FurtherTrainingTest {
  private final LabeledImages pictures = Blobs.images(44, 1);

  @AfterEach
  void close() {
    pictures.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void epochsOneByOneGiveTheBitsOfAllAtOnce(int workers) {
    try (ImageClassifier whole = finish(training(pictures, "adam", 3, workers));
        ImageClassifier first = finish(training(pictures, "adam", 1, workers));
        ImageClassifier second = finish(further(first, pictures, 1, workers));
        ImageClassifier third = finish(further(second, pictures, 1, workers))) {
      NetworkState expected = whole.core().snapshot();
      NetworkState found = third.core().snapshot();
      assertArrayEquals(expected.parameters(), found.parameters());
      assertArrayEquals(expected.updater(), found.updater());
      assertEquals(expected.iteration(), found.iteration());
      assertEquals(expected.epoch(), found.epoch());
      assertEquals(3, third.metadata().training().get("history").size());
      assertEquals(3, third.metadata().training().get("kept_epoch").asInt());
    }
  }

  @Test
  void otherPicturesAreWelcomeAndTheClassifierStaysAsItIs() {
    try (LabeledImages others = Blobs.images(23, 2);
        ImageClassifier first = finish(training(pictures, "adam", 1, 1))) {
      float[] before = first.core().snapshot().parameters();
      try (ImageClassifier second = finish(further(first, others, 2, 1))) {
        assertEquals(5 + 2 * 3, second.core().snapshot().iteration());
        assertTrue(!Arrays.equals(before, second.core().snapshot().parameters()));
      }
      assertArrayEquals(before, first.core().snapshot().parameters());
    }
  }

  @Test
  void anotherUpdaterHasNoUseForTheState() {
    try (ImageClassifier first = finish(training(pictures, "nesterov", 1, 1))) {
      // Their states are of equal size.
      ClassifierTraining other = training(pictures, "rmsprop", 1, 1);
      SparkDl4jException refused =
          assertThrows(SparkDl4jException.class, () -> other.goOn(first, 1));
      assertEquals(ErrorCode.PARAMETER_CONFLICT, refused.code());
      assertTrue(refused.getMessage().contains("another updater"), refused.getMessage());
    }
  }

  private ClassifierTraining further(
      ImageClassifier trained, LabeledImages train, int epochs, int workers) {
    ClassifierTraining training = training(train, "adam", 100, workers);
    training.goOn(trained, epochs);
    return training;
  }

  private ClassifierTraining training(
      LabeledImages train, String updater, int epochs, int workers) {
    ObjectNode options = Json.object().put("epochs", epochs).put("batch_size", 10).put("seed", 5);
    options.put("num_workers", workers).put("averaging_frequency", 2);
    ObjectNode image = Json.object().put("height", 12).put("width", 12).put("channels", 1);
    return new ClassifierTraining(
        Blobs.network(),
        Json.object().put("updater", updater).put("learning_rate", 0.01),
        options,
        (ArrayNode) Json.of(Blobs.CLASSES),
        DecodeOptions.fromJson(image),
        StandardScaler.fit(ScalerKind.CHANNEL, pictures),
        train,
        null);
  }

  private static ImageClassifier finish(ClassifierTraining training) {
    training.start();
    String type = "";
    while (!type.equals("end") && !type.equals("error")) {
      String event = training.poll(1000);
      if (event != null) type = Json.readObject(event, "an event").get("type").asText();
    }
    return training.result();
  }
}
