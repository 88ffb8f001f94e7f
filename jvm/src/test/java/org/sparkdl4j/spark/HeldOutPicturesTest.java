package org.sparkdl4j.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkdl4j.dataset.StratifiedSplit;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;

/** The pictures that are held out for validation. */
class HeldOutPicturesTest {
  private static final int[] MEMBERS = {100, 37, 2, 1, 0, 500};

  @ParameterizedTest
  @ValueSource(doubles = {0.01, 0.2, 0.5, 0.95})
  void everyClassGivesAsManyAsOnOneMachine(double fraction) {
    long[][] hashes = hashes();
    int[] labels =
        IntStream.range(0, MEMBERS.length)
            .flatMap(label -> IntStream.generate(() -> label).limit(MEMBERS[label]))
            .toArray();
    int[] expected = new int[MEMBERS.length];
    for (int i : StratifiedSplit.of(labels, fraction, 3).heldOut()) expected[labels[i]]++;
    HeldOutPictures held = HeldOutPictures.of(hashes, fraction, 3);
    for (int label = 0; label < MEMBERS.length; label++) {
      assertEquals(expected[label], chosen(held, hashes[label], label).size(), "class " + label);
    }
  }

  @Test
  void neitherOrderNorPartitionsMatterButTheSeedDoes() {
    long[][] hashes = hashes();
    HeldOutPictures held = HeldOutPictures.of(hashes, 0.3, 1);
    Set<Long> expected = chosen(held, hashes[5], 5);

    long[][] shuffled = new long[hashes.length][];
    Arrays.setAll(shuffled, label -> shuffled(hashes[label]));
    HeldOutPictures again = HeldOutPictures.of(shuffled, 0.3, 1);
    Set<Long> found = new HashSet<>();
    for (int from = 0; from < 500; from += 125) {
      found.addAll(chosen(again, Arrays.copyOfRange(shuffled[5], from, from + 125), 5));
    }
    assertEquals(expected, found);
    HeldOutPictures other = HeldOutPictures.of(hashes, 0.3, 2);
    assertNotEquals(expected, chosen(other, hashes[5], 5));
  }

  @Test
  void copiesStayTogetherAndSomethingRemains() {
    long[][] hashes = {new long[10], {5, 5, 5, 6, 6, 6, 7, 7, 7, 7}};
    for (double fraction : new double[] {0.1, 0.4, 0.95}) {
      HeldOutPictures held = HeldOutPictures.of(hashes, fraction, 1);
      assertFalse(held.isHeldOut(0, 0));
      int different = chosen(held, hashes[1], 1).size();
      assertTrue(different >= 1 && different <= 2, different + " of three");
    }
  }

  @Test
  void noneOfNone() {
    assertFalse(HeldOutPictures.none().isHeldOut(Long.MIN_VALUE, 0));
    for (long[][] hashes : new long[][][] {{{1}, {2}}, {{1, 1, 1}, {2, 2}}}) {
      SparkDl4jException thrown =
          assertThrows(SparkDl4jException.class, () -> HeldOutPictures.of(hashes, 0.5, 1));
      assertEquals(ErrorCode.DATA_EMPTY, thrown.code());
    }
  }

  private static Set<Long> chosen(HeldOutPictures held, long[] hashes, int label) {
    Set<Long> chosen = new HashSet<>();
    for (long hash : hashes) {
      if (held.isHeldOut(hash, label)) chosen.add(hash);
    }
    return chosen;
  }

  private static long[][] hashes() {
    Random random = new Random(5);
    long[][] hashes = new long[MEMBERS.length][];
    Arrays.setAll(hashes, label -> random.longs(MEMBERS[label]).toArray());
    return hashes;
  }

  private static long[] shuffled(long[] hashes) {
    List<Long> all = new ArrayList<>();
    for (long hash : hashes) all.add(hash);
    Collections.shuffle(all, new Random(1));
    return all.stream().mapToLong(hash -> hash).toArray();
  }
}
