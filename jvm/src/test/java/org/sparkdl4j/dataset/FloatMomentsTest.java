package org.sparkdl4j.dataset;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Statistics of float32 pictures that machines add up for themselves. */
class FloatMomentsTest {
  private static final int[] SHAPE = {4, 3, 2};
  private static final int LENGTH = 24;
  private static final double ROUNDING = 1e-12;

  @Test
  void partsGiveTheScalerOfTheWhole() {
    Random random = new Random(1);
    try (PixelBlock block = PixelBlock.allocate(PixelType.FLOAT32, 30, 4, 3, 2)) {
      PictureStatistics first = PictureStatistics.of(PixelType.FLOAT32, LENGTH);
      PictureStatistics second = PictureStatistics.of(PixelType.FLOAT32, LENGTH);
      for (int i = 0; i < 30; i++) {
        float[] row = new float[LENGTH];
        ByteBuffer bytes = ByteBuffer.allocate(LENGTH * Float.BYTES).order(ByteOrder.nativeOrder());
        for (int j = 0; j < LENGTH; j++) {
          // Far from 0, where sums of squares would lose all digits.
          row[j] = (float) (1e4 * (j % 2) + random.nextGaussian());
          bytes.putFloat(row[j]);
        }
        block.write(i, row);
        (i < 7 ? first : second).add(bytes.array());
      }
      PictureStatistics together = PictureStatistics.of(PixelType.FLOAT32, LENGTH);
      together.addAll(first);
      together.addAll(PictureStatistics.of(PixelType.FLOAT32, LENGTH));
      together.addAll(second);
      assertEquals(30, together.pictures());
      LabeledImages all = new LabeledImages(block, null, null, List.of());
      for (ScalerKind kind : ScalerKind.values()) {
        StandardScaler expected = StandardScaler.fit(kind, all);
        StandardScaler found = StandardScaler.fit(kind, SHAPE, together);
        assertArrayEquals(expected.mean(), found.mean(), 1e4 * ROUNDING);
        assertArrayEquals(expected.scale(), found.scale(), 1e2 * ROUNDING);
        assertEquals(expected.count(), found.count());
      }
    }
  }
}
