package org.sparkdl4j.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.node.ArrayNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.spec.Json;

class EvaluationTest {
  private static final String[] SCALARS = {
    "accuracy",
    "balanced_accuracy",
    "precision",
    "recall",
    "f1",
    "cohen_kappa",
    "matthews_correlation",
    "sensitivity",
    "specificity",
    "log_loss"
  };

  static Stream<JsonNode> goldenCases() throws Exception {
    Path folder = Paths.get(System.getProperty("sparkdl4j.golden", "tests/golden"));
    String text = new String(Files.readAllBytes(folder.resolve("metrics.json")), "UTF-8");
    JsonNode cases = Json.readObject("{\"cases\":" + text + "}", "metrics.json").get("cases");
    return StreamSupport.stream(cases.spliterator(), false);
  }

  @ParameterizedTest
  @MethodSource("goldenCases")
  void equalsScikitLearn(JsonNode golden) {
    int classes = golden.get("labels").asInt();
    int[] actual = new int[golden.get("actual").size()];
    double[] probabilities = new double[actual.length * classes];
    for (int i = 0; i < actual.length; i++) {
      actual[i] = golden.get("actual").get(i).asInt();
      for (int k = 0; k < classes; k++) {
        probabilities[i * classes + k] = golden.get("probabilities").get(i).get(k).asDouble();
      }
    }
    ArrayNode labels = (ArrayNode) Json.of(Stream.iterate(0, k -> k + 1).limit(classes).toArray());

    ObjectNode metrics = Evaluation.of(actual, probabilities, classes).toJson(labels);

    for (String name : SCALARS) {
      assertEquals(golden.get(name).isNull(), metrics.get(name).isNull(), name);
      assertEquals(golden.get(name).asDouble(), metrics.get(name).asDouble(), 1e-9, name);
    }
    assertEquals(
        golden.get("confusion_matrix").toString(), metrics.get("confusion_matrix").toString());
    assertEquals(labels, metrics.get("classes"));
    for (int k = 0; k < classes; k++) {
      JsonNode expected = golden.get("per_class").get(k);
      JsonNode found = metrics.get("per_class").get(k);
      assertEquals(labels.get(k), found.get("class"));
      for (String name : new String[] {"precision", "recall", "f1", "support"}) {
        assertEquals(expected.get(name).asDouble(), found.get(name).asDouble(), 1e-9, name);
      }
    }
  }

  @Test
  void tiesGoToTheLowerClass() {
    Evaluation evaluation = Evaluation.of(new int[] {0, 1}, new double[] {.5, .5, .5, .5}, 2);
    assertEquals(
        2, evaluation.confusionMatrix().count(0, 0) + evaluation.confusionMatrix().count(1, 0));
    assertEquals(0.5, evaluation.accuracy());
  }

  @Test
  void refusesWhatCannotBeEvaluated() {
    for (Object[] bad :
        List.of(
            new Object[] {new int[0], new double[0], ErrorCode.DATA_EMPTY},
            new Object[] {new int[] {0}, new double[] {1}, ErrorCode.DATA_SHAPE},
            new Object[] {new int[] {2}, new double[] {.5, .5}, ErrorCode.DATA_LABELS},
            new Object[] {
              new int[] {0}, new double[] {Double.NaN, .5}, ErrorCode.DATA_NOT_FINITE
            })) {
      SparkDl4jException e =
          assertThrows(
              SparkDl4jException.class, () -> Evaluation.of((int[]) bad[0], (double[]) bad[1], 2));
      assertEquals(bad[2], e.code());
    }
  }
}
