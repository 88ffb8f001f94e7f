package org.sparkdl4j.augmentation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.factory.Nd4j;
import org.sparkdl4j.dataset.PixelBlock;
import org.sparkdl4j.dataset.PixelType;

class MixupTest {
  static {
    // Before javacpp's pointers, as everywhere.
    Nd4j.getEnvironment();
  }

  /** Mean 1/2 and variance 1 / (4 (2 alpha + 1)). */
  @ParameterizedTest
  @ValueSource(doubles = {0.01, 0.2, 1, 4})
  void sharesAreBetaDistributed(double alpha) {
    int n = 100_000;
    Mixup mixup = new Mixup(alpha, 3, 1, n);
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < n; i++) {
      double share = mixup.share(i);
      assertTrue(share >= 0 && share <= 1);
      sum += share;
      squares += (share - 0.5) * (share - 0.5);
    }
    assertEquals(0.5, sum / n, 0.008);
    assertEquals(1 / (4 * (2 * alpha + 1)), squares / n, 0.003);
  }

  @Test
  void partnersAreAPermutationThatFollowsFromSeedAndMinibatch() {
    int[] partners = partners(new Mixup(0.2, 3, 7, 50));
    int[] sorted = partners.clone();
    Arrays.sort(sorted);
    for (int i = 0; i < 50; i++) assertEquals(i, sorted[i]);
    assertTrue(Arrays.equals(partners, partners(new Mixup(0.2, 3, 7, 50))));
    assertTrue(!Arrays.equals(partners, partners(new Mixup(0.2, 3, 8, 50))));
    assertTrue(!Arrays.equals(partners, partners(new Mixup(0.2, 4, 7, 50))));
  }

  @ParameterizedTest
  @EnumSource(PixelType.class)
  void picturesAreMixedByTheirShares(PixelType type) {
    int n = 30;
    try (PixelBlock from = PixelBlock.allocate(type, n, 1, 1, 2);
        PixelBlock to = PixelBlock.allocate(type, n, 1, 1, 2)) {
      for (int i = 0; i < n; i++) {
        if (type == PixelType.UINT8) from.write(i, new byte[] {(byte) (8 * i), (byte) 255});
        else from.write(i, new float[] {8 * i, 255});
      }
      Mixup mixup = new Mixup(1, 3, 7, n);
      mixup.apply(from, from.address(), to.address());
      for (int i = 0; i < n; i++) {
        float[] values = new float[2];
        if (type == PixelType.UINT8) {
          byte[] bytes = new byte[2];
          to.read(i, bytes);
          for (int k = 0; k < 2; k++) values[k] = bytes[k] & 0xFF;
        } else {
          to.read(i, values);
        }
        double share = mixup.share(i);
        double expected = share * 8 * i + (1 - share) * 8 * mixup.partner(i);
        assertEquals(expected, values[0], type == PixelType.UINT8 ? 0.51 : 1e-4);
        assertEquals(255, values[1], 1e-4);
      }
    }
  }

  private static int[] partners(Mixup mixup) {
    int[] partners = new int[50];
    for (int i = 0; i < 50; i++) partners[i] = mixup.partner(i);
    return partners;
  }
}
