package org.sparkdl4j.dataset;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.List;
import org.bytedeco.javacpp.FloatPointer;
import org.junit.jupiter.api.Test;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.spec.Json;

class StandardScalerTest {
  @Test
  void goldenCases() throws IOException {
    for (JsonNode golden : Golden.read("scaler.json")) {
      for (PixelType type : PixelType.values()) {
        int[] shape = Golden.ints(golden.get("shape"));
        try (PixelBlock block = PixelBlock.allocate(type, shape[0], shape[1], shape[2], shape[3])) {
          fill(block, Golden.doubles(golden.get("pixels")));
          LabeledImages view = new LabeledImages(block, null, null, List.of());
          ScalerKind kind = ScalerKind.of(golden.get("kind").asText());
          StandardScaler scaler = StandardScaler.fit(kind, view);
          assertArrayEquals(Golden.doubles(golden.get("mean")), scaler.mean(), 1e-11);
          assertArrayEquals(Golden.doubles(golden.get("scale")), scaler.scale(), 1e-11);
          double[] transformed = Golden.doubles(golden.get("transformed"));
          float[] actual = apply(scaler, view, 0);
          for (int i = 0; i < transformed.length; i++) {
            assertEquals(transformed[i], actual[i], 1e-6 * (1 + Math.abs(transformed[i])));
          }
        }
      }
    }
  }

  @Test
  void constantFeaturesKeepTheScaleOne() {
    try (PixelBlock block = PixelBlock.allocate(PixelType.FLOAT32, 3, 1, 1, 2)) {
      fill(block, new double[] {0.1, 1, 0.1, 2, 0.1, 3});
      StandardScaler scaler =
          StandardScaler.fit(ScalerKind.FEATURE, new LabeledImages(block, null, null, List.of()));
      assertArrayEquals(new double[] {1, Math.sqrt(2 / 3.0)}, scaler.scale(), 1e-12);
      assertEquals(3, scaler.count());
    }
  }

  @Test
  void survivesJsonWithoutLoss() {
    double[] mean = {1 / 3.0, 2e-17};
    double[] scale = {Math.PI, 1};
    StandardScaler scaler = StandardScaler.of(ScalerKind.CHANNEL, new int[] {5, 4, 2}, mean, scale);
    String json = Json.write(scaler.toJson());
    StandardScaler read = StandardScaler.fromJson(Json.readObject(json, "x"));
    assertArrayEquals(mean, read.mean());
    assertArrayEquals(scale, read.scale());
    assertArrayEquals(new int[] {5, 4, 2}, read.shape());
    assertEquals(ScalerKind.CHANNEL, read.kind());
  }

  @Test
  void refusesWhatDoesNotFit() {
    try (PixelBlock block = PixelBlock.allocate(PixelType.FLOAT32, 2, 1, 1, 2)) {
      fill(block, new double[] {0, 1, Double.NaN, 3});
      LabeledImages view = new LabeledImages(block, null, null, List.of());
      refused(ErrorCode.DATA_NOT_FINITE, () -> StandardScaler.fit(ScalerKind.CHANNEL, view));
      refused(
          ErrorCode.DATA_EMPTY,
          () -> StandardScaler.fit(ScalerKind.FEATURE, view.subset(new int[0])));
      StandardScaler grey =
          StandardScaler.of(
              ScalerKind.CHANNEL, new int[] {1, 1, 1}, new double[] {0}, new double[] {1});
      refused(ErrorCode.DATA_SHAPE, () -> apply(grey, view, 0));
      refused(
          ErrorCode.DATA_SHAPE,
          () ->
              StandardScaler.of(
                  ScalerKind.FEATURE, new int[] {2, 2, 1}, new double[] {0}, new double[] {1}));
      refused(
          ErrorCode.DATA_LABELS,
          () -> new LabeledImages(block, null, new int[] {0, 2}, List.of("a", "b")));
      refused(ErrorCode.DATA_SHAPE, () -> new LabeledImages(block, new int[] {2}, null, List.of()));
    }
  }

  @Test
  void closedBlockIsNotTouched() {
    PixelBlock block = PixelBlock.allocate(1, 1, 1, 1);
    block.close();
    block.close();
    refused(ErrorCode.INTERNAL, () -> block.read(0, new byte[1]));
  }

  private static void refused(ErrorCode code, Runnable action) {
    SparkDl4jException e = assertThrows(SparkDl4jException.class, action::run);
    assertEquals(code, e.code());
  }

  private static void fill(PixelBlock block, double[] values) {
    int length = block.rowLength();
    for (int row = 0; row < block.count(); row++) {
      byte[] bytes = new byte[length];
      float[] floats = new float[length];
      for (int i = 0; i < length; i++) {
        bytes[i] = (byte) (int) values[row * length + i];
        floats[i] = (float) values[row * length + i];
      }
      if (block.type() == PixelType.UINT8) block.write(row, bytes);
      else block.write(row, floats);
    }
  }

  private static float[] apply(StandardScaler scaler, LabeledImages view, int picture) {
    PixelBlock block = view.block();
    float[] result = new float[block.rowLength()];
    try (FloatPointer target = new FloatPointer(result)) {
      long source = block.rowAddress(view.row(picture));
      scaler.standardizer(block, scaler.shape()).apply(source, 1, target.address());
      target.get(result);
    }
    return result;
  }
}
