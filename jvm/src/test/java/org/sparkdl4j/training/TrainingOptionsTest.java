package org.sparkdl4j.training;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainingOptionsTest {
  @ParameterizedTest
  @CsvSource({
    // Given.
    "7, 10, 7",
    // 100,000 pictures.
    "0, 1000, 100",
    "0, 999, 101",
    // Bounds.
    "0, 500, 200",
    "0, 1, 200",
    "0, 5000, 20",
    "0, 3000000000, 20"
  })
  void epochs(int given, long examples, int expected) {
    TrainingOptions options = Blobs.options("{'epochs':" + given + ",'warmup_epochs':2}");
    assertEquals(expected, options.forPictures(examples).epochs());
    assertEquals(expected, options.forPictures(examples).toJson().get("epochs").asInt());
  }

  @ParameterizedTest
  @CsvSource({
    // Given.
    "7, 32, 1000, 7",
    // 2,560 pictures.
    "0, 32, 1000, 80",
    "0, 128, 235, 20",
    // A quarter of an epoch.
    "0, 32, 40, 10",
    "0, 128, 59, 14",
    // One at least.
    "0, 32, 3, 1",
    "0, 5000, 1000, 1"
  })
  void averagingFrequency(int given, int batchSize, int minibatches, int expected) {
    TrainingOptions options =
        Blobs.options("{'averaging_frequency':" + given + ",'batch_size':" + batchSize + "}");
    assertEquals(expected, options.averagingFrequency(minibatches));
  }
}
