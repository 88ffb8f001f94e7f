package org.sparkdl4j.dataset;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.spec.Json;

class ClassWeightsTest {
  private static final List<String> CLASSES = List.of("a", "b", "c");
  private static final long[] COUNTS = {3, 1, 2};

  @Test
  void balancedIsThatOfScikitLearn() {
    assertArrayEquals(
        new double[] {6 / 9.0, 6 / 3.0, 6 / 6.0},
        ClassWeights.of(Json.of("balanced"), CLASSES, COUNTS));
    // A class that does not occur changes nothing.
    double[] four =
        ClassWeights.of(Json.of("balanced"), List.of("a", "b", "c", "d"), new long[] {3, 1, 2, 0});
    assertArrayEquals(new double[] {6 / 9.0, 2, 1, 2}, four);
  }

  @Test
  void classesThatAreLeftOutCountOnce() {
    assertArrayEquals(
        new double[] {1, 10, 0.5}, ClassWeights.of(weights("{'b':10,'c':0.5}"), CLASSES, COUNTS));
    assertNull(ClassWeights.of(null, CLASSES, COUNTS));
    assertNull(ClassWeights.of(Json.of(null), CLASSES, COUNTS));
  }

  @Test
  void equalNumbersAreTheSameClass() {
    assertArrayEquals(
        new double[] {1, 1, 3},
        ClassWeights.of(weights("{'2.0':3}"), List.of("0", "1", "2"), COUNTS));
  }

  @Test
  void refusesWhatDoesNotFit() {
    refused(ErrorCode.DATA_LABELS, "{'z':1}");
    refused(ErrorCode.DATA_NOT_FINITE, "{'a':0,'b':0,'c':0}");
  }

  private static void refused(ErrorCode code, String weights) {
    SparkDl4jException e =
        assertThrows(
            SparkDl4jException.class, () -> ClassWeights.of(weights(weights), CLASSES, COUNTS));
    assertEquals(code, e.code());
    assertEquals("class_weight", e.details().get("parameter"));
  }

  private static JsonNode weights(String json) {
    return Json.readObject(json.replace('\'', '"'), "weights");
  }
}
