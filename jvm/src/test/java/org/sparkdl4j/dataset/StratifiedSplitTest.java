package org.sparkdl4j.dataset;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;

class StratifiedSplitTest {
  @Test
  void goldenCases() throws IOException {
    for (JsonNode golden : Golden.read("split.json")) {
      int[] labels = Golden.ints(golden.get("labels"));
      StratifiedSplit split =
          StratifiedSplit.of(
              labels, golden.get("fraction").asDouble(), golden.get("seed").asLong());
      assertArrayEquals(Golden.ints(golden.get("held_out")), split.heldOut());
      int[] all =
          IntStream.concat(Arrays.stream(split.kept()), Arrays.stream(split.heldOut()))
              .sorted()
              .toArray();
      assertArrayEquals(IntStream.range(0, labels.length).toArray(), all);
    }
  }

  @Test
  void everyClassIsOnBothSides() {
    int[] labels = {0, 0, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2};
    for (double fraction : new double[] {0.01, 0.5, 0.99}) {
      StratifiedSplit split = StratifiedSplit.of(labels, fraction, 7);
      for (int[] side : new int[][] {split.kept(), split.heldOut()}) {
        assertEquals(3, Arrays.stream(side).map(i -> labels[i]).distinct().count());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 1, -0.1, Double.NaN})
  void refusesSharesThatLeaveNothing(double fraction) {
    SparkDl4jException e =
        assertThrows(
            SparkDl4jException.class, () -> StratifiedSplit.of(new int[] {0, 1}, fraction, 1));
    assertEquals(ErrorCode.PARAMETER_RANGE, e.code());
  }

  @Test
  void refusesLabelsThatCannotBeSplit() {
    refused(ErrorCode.DATA_EMPTY, new int[0]);
    refused(ErrorCode.DATA_EMPTY, new int[] {0, 1, 2});
    refused(ErrorCode.DATA_LABELS, new int[] {0, 0, -1});
  }

  @Test
  void orderDependsOnSeedAndStreamAlone() {
    int[] order = SeededOrder.permutation(1000, 1, 1);
    assertArrayEquals(order, SeededOrder.permutation(1000, 1, 1));
    assertTrue(!Arrays.equals(order, SeededOrder.permutation(1000, 2, 1)));
    assertTrue(!Arrays.equals(order, SeededOrder.permutation(1000, 1, 2)));
    int[] sorted = order.clone();
    Arrays.sort(sorted);
    assertArrayEquals(IntStream.range(0, 1000).toArray(), sorted);
    for (int i = 1; i < order.length; i++) {
      long before = SeededOrder.key(1, 1, order[i - 1]);
      assertTrue(Long.compareUnsigned(before, SeededOrder.key(1, 1, order[i])) < 0);
    }
  }

  private static void refused(ErrorCode code, int[] labels) {
    SparkDl4jException e =
        assertThrows(SparkDl4jException.class, () -> StratifiedSplit.of(labels, 0.5, 1));
    assertEquals(code, e.code());
  }
}
