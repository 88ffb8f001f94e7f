package org.sparkdl4j.minibatch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.sparkdl4j.dataset.LabeledImages;
import org.sparkdl4j.dataset.PixelBlock;
import org.sparkdl4j.dataset.PixelType;
import org.sparkdl4j.dataset.ScalerKind;
import org.sparkdl4j.dataset.StandardScaler;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;

class MinibatchTest {
  private static final int[] SHAPE = {1, 2, 3};

  /** Pictures of one row, two columns and three channels; value: 10 * picture + 3 * column + c. */
  private final PixelBlock block = PixelBlock.allocate(5, 1, 2, 3);

  private final LabeledImages view;

  MinibatchTest() {
    for (int i = 0; i < 5; i++) {
      byte[] row = new byte[6];
      for (int k = 0; k < 6; k++) row[k] = (byte) (10 * i + k);
      block.write(i, row);
    }
    view =
        new LabeledImages(block, new int[] {4, 2, 0}, new int[] {1, 0, 1}, List.of("a", "b"))
            .withWeights(new float[] {0.5f, 1, 2});
  }

  @AfterEach
  void close() {
    block.close();
  }

  @Test
  void gathersPicturesWithLabelsAndWeights() {
    StandardScaler none = StandardScaler.fit(ScalerKind.NONE, view);
    try (Minibatch minibatch = new Minibatch(view, none, SHAPE, SHAPE, 3)) {
      minibatch.load(new Selection(7, new int[] {2, 0}));
      assertEquals(7, minibatch.number());
      assertEquals(2, minibatch.size());
      assertArrayEquals(
          new float[] {0, 1, 2, 3, 4, 5, 40, 41, 42, 43, 44, 45}, values(minibatch, 12));
      assertArrayEquals(new int[] {1, 1}, minibatch.labels());
      assertArrayEquals(new float[] {2, 0.5f}, minibatch.weights());

      minibatch.load(Selection.range(8, 1, 1));
      assertArrayEquals(new float[] {20, 21, 22, 23, 24, 25}, values(minibatch, 6));
      assertArrayEquals(new int[] {0}, minibatch.labels());
    }
  }

  /** Such need no copy; the standardised ones are the same. */
  @Test
  void picturesNextToEachOtherAreReadWhereTheyAre() {
    LabeledImages all = new LabeledImages(block, null, null, List.of());
    StandardScaler feature = StandardScaler.fit(ScalerKind.FEATURE, all);
    try (Minibatch minibatch = new Minibatch(all, feature, SHAPE, SHAPE, 3)) {
      minibatch.load(Selection.range(0, 1, 3));
      float[] together = values(minibatch, 18);
      for (int i = 0; i < 3; i++) {
        minibatch.load(new Selection(1, new int[] {1 + i, 0}));
        float[] gathered = values(minibatch, 6);
        assertArrayEquals(gathered, Arrays.copyOfRange(together, 6 * i, 6 * i + 6));
        for (int k = 0; k < 6; k++) {
          // The five pictures' values are 10 apart.
          assertEquals((10 * (1 + i) - 20) / Math.sqrt(200), gathered[k], 1e-6);
        }
      }
    }
  }

  /** Of pictures of 3x4x2, the first two rows and three columns, of bytes and of floats. */
  @Test
  void onlyWhatTheNetworkReadsIsStandardised() {
    int[] shape = {3, 4, 2};
    try (PixelBlock bytes = PixelBlock.allocate(2, 3, 4, 2);
        PixelBlock floats = PixelBlock.allocate(PixelType.FLOAT32, 2, 3, 4, 2)) {
      for (int i = 0; i < 2; i++) {
        byte[] row = new byte[24];
        float[] sameRow = new float[24];
        for (int k = 0; k < 24; k++) sameRow[k] = row[k] = (byte) (100 * i + k * (1 + i));
        bytes.write(i, row);
        floats.write(i, sameRow);
      }
      for (PixelBlock each : List.of(bytes, floats)) {
        LabeledImages all = new LabeledImages(each, null, null, List.of());
        for (ScalerKind kind : ScalerKind.values()) {
          StandardScaler scaler = StandardScaler.fit(kind, all);
          try (Minibatch whole = new Minibatch(all, scaler, shape, shape, 2);
              Minibatch part = new Minibatch(all, scaler, shape, new int[] {2, 3, 2}, 2)) {
            whole.load(new Selection(0, new int[] {1, 0}));
            part.load(new Selection(0, new int[] {1, 0}));
            float[] expected = values(whole, 48);
            float[] found = values(part, 24);
            for (int i = 0; i < 24; i++) {
              int inPicture = i % 12;
              int at = i / 12 * 24 + inPicture / 6 * 8 + inPicture % 6;
              assertEquals(expected[at], found[i], kind + " " + i);
            }
          }
          scaler.close();
        }
      }
    }
  }

  @Test
  void floatsAndBytesOfTheSameValuesAreTheSame() {
    StandardScaler channel = StandardScaler.fit(ScalerKind.CHANNEL, view);
    try (PixelBlock floats = PixelBlock.allocate(PixelType.FLOAT32, 5, 1, 2, 3)) {
      for (int i = 0; i < 5; i++) {
        float[] row = new float[6];
        for (int k = 0; k < 6; k++) row[k] = 10 * i + k;
        floats.write(i, row);
      }
      LabeledImages other = new LabeledImages(floats, null, null, List.of());
      try (Minibatch ofBytes = new Minibatch(view, channel, SHAPE, SHAPE, 2);
          Minibatch ofFloats = new Minibatch(other, channel, SHAPE, SHAPE, 2)) {
        ofBytes.load(new Selection(0, new int[] {1, 0}));
        ofFloats.load(new Selection(0, new int[] {2, 4}));
        assertArrayEquals(values(ofBytes, 12), values(ofFloats, 12));
        assertNull(ofFloats.labels());
        assertNull(ofFloats.weights());
        // (x - mean) / scale by hand: channel 1 has the values 1, 4, 21, 24, 41, 44.
        double mean = (1 + 4 + 21 + 24 + 41 + 44) / 6.0;
        double variance = 0;
        for (int x : new int[] {1, 4, 21, 24, 41, 44}) variance += (x - mean) * (x - mean) / 6;
        assertEquals((21 - mean) / Math.sqrt(variance), values(ofBytes, 12)[1], 1e-6);
      }
    }
  }

  @Test
  void subsetsKeepTheirWeights() {
    LabeledImages subset = view.subset(new int[] {2, 1});
    assertEquals(2, subset.weight(0));
    assertEquals(1, subset.weight(1));
    assertEquals(1, subset.withWeights(null).weight(0));
  }

  @Test
  void refusesWhatDoesNotFit() {
    StandardScaler none = StandardScaler.fit(ScalerKind.NONE, view);
    refused(ErrorCode.DATA_SHAPE, () -> new Minibatch(view, none, new int[] {2, 1, 3}, SHAPE, 1));
    refused(ErrorCode.DATA_SHAPE, () -> view.withWeights(new float[2]));
    refused(ErrorCode.DATA_NOT_FINITE, () -> view.withWeights(new float[] {1, -1, 1}));
    refused(ErrorCode.DATA_NOT_FINITE, () -> view.withWeights(new float[] {1, 1, Float.NaN}));
    refused(
        ErrorCode.DATA_NOT_FINITE,
        () -> view.withWeights(new float[] {1, 1, Float.POSITIVE_INFINITY}));
  }

  private static float[] values(Minibatch minibatch, int count) {
    float[] values = new float[count];
    minibatch.features().get(values);
    return values;
  }

  private static void refused(ErrorCode code, Runnable action) {
    assertEquals(code, assertThrows(SparkDl4jException.class, action::run).code());
  }
}
