package org.sparkdl4j.dataset;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class OversamplingTest {
  @Test
  void everyClassComesAsOftenAsTheLargest() {
    int[] labels = {0, 1, 1, 1, 2, 1, 2, 1, 1, 1};
    int[] targets = Oversampling.targets(new int[][] {{1, 7, 2, 0}}, 0);
    assertArrayEquals(new int[] {7, 7, 7, 0}, targets);
    int[] positions = Oversampling.positions(labels, targets, 1);
    assertEquals(21, positions.length);
    int[] times = new int[labels.length];
    for (int position : positions) times[position]++;
    assertEquals(7, times[0]);
    for (int i : new int[] {1, 2, 3, 5, 7, 8, 9}) assertEquals(1, times[i]);
    // Seven times among two pictures: the seed says which of them comes once more.
    assertEquals(7, times[4] + times[6]);
    assertTrue(Math.min(times[4], times[6]) == 3);
    // All pictures come first, in their order.
    for (int i = 0; i < labels.length; i++) assertEquals(i, positions[i]);
    assertArrayEquals(positions, Oversampling.positions(labels, targets, 1));
  }

  @Test
  void seedsChooseWhichComeOnceMore() {
    int[] labels = new int[30];
    Arrays.fill(labels, 0, 20, 1);
    int[] first = Oversampling.positions(labels, new int[] {15, 20}, 1);
    assertTrue(
        IntStream.range(2, 9)
            .anyMatch(
                seed ->
                    !Arrays.equals(
                        first, Oversampling.positions(labels, new int[] {15, 20}, seed))));
  }

  /** However the pictures are dealt out, all workers together make the same. */
  @Test
  void workersTogetherMakeTheLargest() {
    Random random = new Random(1);
    for (int trial = 0; trial < 200; trial++) {
      int workers = 1 + random.nextInt(6);
      int classes = 2 + random.nextInt(4);
      int[][] counts = new int[workers][classes];
      int[] sums = new int[classes];
      for (int[] own : counts) {
        for (int k = 0; k < classes; k++) {
          own[k] = random.nextInt(4) == 0 ? 0 : random.nextInt(50);
          sums[k] += own[k];
        }
      }
      int largest = Arrays.stream(sums).max().orElse(0);
      int[] found = new int[classes];
      for (int w = 0; w < workers; w++) {
        int[] targets = Oversampling.targets(counts, w);
        for (int k = 0; k < classes; k++) {
          assertTrue(targets[k] >= counts[w][k]);
          if (counts[w][k] == 0) assertEquals(0, targets[k]);
          found[k] += targets[k];
        }
      }
      for (int k = 0; k < classes; k++) assertEquals(sums[k] == 0 ? 0 : largest, found[k]);
    }
  }
}
