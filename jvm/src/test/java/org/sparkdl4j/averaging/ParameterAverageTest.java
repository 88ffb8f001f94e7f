package org.sparkdl4j.averaging;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.sparkdl4j.dl4j.NetworkState;

class ParameterAverageTest {
  @Test
  void weighsParametersAndUpdaterState() {
    NetworkState average =
        ParameterAverage.of(
            List.of(
                state(new float[] {1, -2, 0}, new float[] {8}),
                state(new float[] {5, 2, 1}, new float[] {0}),
                state(new float[] {-3, 0, 0.5f}, new float[] {4})),
            new long[] {1, 2, 5},
            42);
    // (1 + 10 - 15) / 8, (-2 + 4) / 8, (2 + 2.5) / 8; (8 + 20) / 8
    assertArrayEquals(new float[] {-0.5f, 0.25f, 0.5625f}, average.parameters());
    assertArrayEquals(new float[] {3.5f}, average.updater());
    assertEquals(42, average.iteration());
    assertEquals(3, average.epoch());
  }

  @Test
  void weightZeroCountsNotEvenWhenNotFinite() {
    NetworkState average =
        ParameterAverage.of(
            List.of(
                state(new float[] {Float.NaN}, new float[] {Float.POSITIVE_INFINITY}),
                state(new float[] {7}, new float[] {9})),
            new long[] {0, 64},
            1);
    assertArrayEquals(new float[] {7}, average.parameters());
    assertArrayEquals(new float[] {9}, average.updater());
    float[] nan =
        ParameterAverage.of(
                List.of(
                    state(new float[] {Float.NaN}, new float[0]),
                    state(new float[] {7}, new float[0])),
                new long[] {1, 64},
                1)
            .parameters();
    assertArrayEquals(new float[] {Float.NaN}, nan);
  }

  @Test
  void statesThatAgreeKeepTheirBits() {
    Random random = new Random(5);
    float[] values = new float[20_000];
    for (int i = 0; i < values.length; i++) values[i] = (float) random.nextGaussian();
    NetworkState state = state(values, new float[0]);
    assertArrayEquals(
        values,
        ParameterAverage.of(List.of(state, state, state), new long[] {640, 640, 37}, 1)
            .parameters());
  }

  @Test
  void manyValuesAreAveragedAsFewAre() {
    Random random = new Random(6);
    float[][] values = new float[3][300_001];
    for (float[] each : values) {
      for (int i = 0; i < each.length; i++) each[i] = (float) random.nextGaussian();
    }
    long[] weights = {640, 37, 1};
    float[] expected = new float[values[0].length];
    for (int i = 0; i < expected.length; i++) {
      double sum = 0;
      for (int k = 0; k < 3; k++) sum += (double) weights[k] * values[k][i];
      expected[i] = (float) (sum / 678);
    }
    NetworkState average =
        ParameterAverage.of(
            List.of(
                state(values[0], values[0]),
                state(values[1], values[1]),
                state(values[2], values[2])),
            weights,
            1);
    assertArrayEquals(expected, average.parameters());
    assertArrayEquals(expected, average.updater());
  }

  @Test
  void sumsAreTakenInDoublePrecision() {
    // In float32 the small one would be lost beside the large ones.
    NetworkState average =
        ParameterAverage.of(
            List.of(
                state(new float[] {1e9f}, new float[0]),
                state(new float[] {1}, new float[0]),
                state(new float[] {-1e9f}, new float[0])),
            new long[] {1, 1, 1},
            1);
    assertEquals(1 / 3f, average.parameters()[0]);
  }

  @Test
  void refusesWhatCannotBeAveraged() {
    NetworkState one = state(new float[1], new float[0]);
    NetworkState two = state(new float[2], new float[0]);
    refused(List.of(one, two), 1, 1);
    refused(List.of(one, state(new float[1], new float[3])), 1, 1);
    refused(List.of(one, one), 0, 0);
    refused(List.of(one, one), 2, -1);
    refused(List.of(one), 1, 1);
    refused(List.of());
  }

  private static void refused(List<NetworkState> states, long... weights) {
    assertThrows(IllegalArgumentException.class, () -> ParameterAverage.of(states, weights, 1));
  }

  private static NetworkState state(float[] parameters, float[] updater) {
    return new NetworkState(parameters, updater, 10, 3);
  }
}
