package org.sparkdl4j.dataset;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;

/** Sums that machines add up for themselves. */
class PixelSumsTest {
  private static final int[] SHAPE = {4, 3, 2};
  private static final int LENGTH = 24;

  @Test
  void partsInAnyOrderGiveTheScalerOfTheWhole() {
    Random random = new Random(1);
    try (PixelBlock block = PixelBlock.allocate(30, 4, 3, 2)) {
      PixelSums odd = new PixelSums(LENGTH);
      PixelSums even = new PixelSums(LENGTH);
      for (int i = 0; i < 30; i++) {
        byte[] row = new byte[LENGTH];
        random.nextBytes(row);
        block.write(i, row);
        (i % 2 == 0 ? even : odd).add(row);
      }
      LabeledImages all = new LabeledImages(block, null, null, List.of());
      PixelSums together = new PixelSums(LENGTH);
      together.addAll(odd);
      together.addAll(even);
      assertEquals(30, together.pictures());
      for (ScalerKind kind : ScalerKind.values()) {
        StandardScaler expected = StandardScaler.fit(kind, all);
        StandardScaler found = StandardScaler.fit(kind, SHAPE, together);
        assertArrayEquals(expected.mean(), found.mean());
        assertArrayEquals(expected.scale(), found.scale());
        assertArrayEquals(expected.variance(), found.variance());
        assertEquals(expected.count(), found.count());
      }
    }
  }

  @Test
  void nothingTeachesNothing() {
    SparkDl4jException e =
        assertThrows(
            SparkDl4jException.class,
            () -> StandardScaler.fit(ScalerKind.CHANNEL, SHAPE, new PixelSums(LENGTH)));
    assertEquals(ErrorCode.DATA_EMPTY, e.code());
  }
}
