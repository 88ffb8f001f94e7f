package org.sparkdl4j.augmentation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.factory.Nd4j;
import org.sparkdl4j.dataset.PixelBlock;
import org.sparkdl4j.dataset.PixelType;
import org.sparkdl4j.spec.Json;

class AugmenterTest {
  private static final int HEIGHT = 6;
  private static final int WIDTH = 9;
  private static final int CHANNELS = 3;
  private static final int PICTURES = 400;

  static {
    // Before javacpp's pointers, as everywhere.
    Nd4j.getEnvironment();
  }

  @ParameterizedTest
  @EnumSource(PixelType.class)
  void flipsAreExact(PixelType type) {
    float[] picture = noise(type);
    int[] found = new int[4];
    for (int i = 0; i < PICTURES; i++) {
      float[] changed =
          augmented("{'horizontal_flip':true,'vertical_flip':true}", type, picture, i);
      for (int flips = 0; flips < 4; flips++) {
        if (Arrays.equals(changed, mirrored(picture, flips / 2 > 0, flips % 2 > 0))) found[flips]++;
      }
    }
    assertEquals(PICTURES, Arrays.stream(found).sum());
    // Each of the four with probability 1/4: 100 of 400, standard deviation 9.
    for (int count : found) assertEquals(100, count, 40);
  }

  @ParameterizedTest
  @EnumSource(PixelType.class)
  void shiftsAreExactAndShowWhatFillSays(PixelType type) {
    float[] picture = noise(type);
    for (Fill fill : Fill.values()) {
      Set<String> found = new HashSet<>();
      for (int i = 0; i < PICTURES; i++) {
        String name = fill.name().toLowerCase(Locale.ROOT);
        String options = "{'crop':1,'shift':0.3,'fill':'" + name + "'}";
        float[] changed = augmented(options, type, picture, i);
        boolean isShifted = false;
        // A third of 6 and of 9 pixels and the one of crop: up to 3 rows and 4 columns.
        for (int down = -4; down <= 4; down++) {
          for (int right = -5; right <= 5; right++) {
            if (Arrays.equals(changed, shifted(picture, down, right, fill))) {
              found.add(down + " " + right);
              isShifted = true;
            }
          }
        }
        assertTrue(isShifted);
      }
      // Of 7 times 9; those in the corners are rare.
      assertTrue(found.size() > 45, found.size() + "");
      assertTrue(found.stream().noneMatch(shift -> shift.contains("4 ") || shift.endsWith("5")));
    }
  }

  /** Whichever resampling: a plane stays one. */
  @ParameterizedTest
  @EnumSource(PixelType.class)
  void rotationAndZoomResampleOnceAndLinearly(PixelType type) {
    int height = 31;
    int width = 41;
    float[] plane = new float[height * width];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) plane[y * width + x] = 100 + 2 * (y - 15) + (x - 20);
    }
    int inside = 0;
    for (int i = 0; i < 20; i++) {
      float[] changed =
          apply("{'rotation':30,'zoom':0.3,'fill':'black'}", type, plane, height, width, 1, 1, i);
      float middle = changed[15 * width + 20];
      assertEquals(100, middle, 0.01);
      // The gradient is turned and scaled as the picture is, and the same everywhere inside.
      float byRow = (changed[18 * width + 20] - changed[12 * width + 20]) / 6;
      float byColumn = (changed[15 * width + 23] - changed[15 * width + 17]) / 6;
      double length = Math.hypot(byRow, byColumn) / Math.hypot(2, 1);
      assertTrue(length > 1 / 1.35 && length < 1 / 0.65, length + "");
      for (int y = 10; y <= 20; y++) {
        for (int x = 15; x <= 25; x++) {
          double expected = middle + byRow * (y - 15) + byColumn * (x - 20);
          assertEquals(expected, changed[y * width + x], type == PixelType.UINT8 ? 1.7 : 1e-3);
          inside++;
        }
      }
    }
    assertEquals(20 * 121, inside);
  }

  @Test
  void aQuarterTurnOfASquareIsExactButForRounding() {
    Geometry geometry = new Geometry(4, 4, false, false, 90, 1, 0, 0);
    Canvas canvas = Canvas.of(PixelType.UINT8, 4, 4, 1);
    try (PixelBlock block = PixelBlock.allocate(1, 4, 4, 1)) {
      byte[] picture = new byte[16];
      for (int i = 0; i < 16; i++) picture[i] = (byte) (16 * i);
      block.write(0, picture);
      canvas.load(block.rowAddress(0));
      canvas.move(geometry, Fill.NEAREST);
      canvas.store(block.rowAddress(0));
      byte[] turned = new byte[16];
      block.read(0, turned);
      for (int y = 0; y < 4; y++) {
        for (int x = 0; x < 4; x++) {
          // Clockwise: the left column comes to the top.
          assertEquals(picture[(3 - x) * 4 + y], turned[y * 4 + x], y + " " + x);
        }
      }
    }
  }

  @Test
  void brightnessAndContrastAreFactors() {
    float[] picture = noise(PixelType.FLOAT32);
    double mean = mean(picture);
    for (int i = 0; i < 50; i++) {
      float[] brighter = augmented("{'brightness':0.5}", PixelType.FLOAT32, picture, i);
      double factor = brighter[0] / picture[0];
      assertTrue(factor > 0.5 && factor < 1.5);
      for (int k = 0; k < picture.length; k++) {
        assertEquals(factor * picture[k], brighter[k], 1e-3);
      }
      float[] harder = augmented("{'contrast':0.5}", PixelType.FLOAT32, picture, i);
      assertEquals(mean, mean(harder), 1e-3);
      double slope = (harder[0] - mean) / (picture[0] - mean);
      assertTrue(slope > 0.5 && slope < 1.5);
      for (int k = 0; k < picture.length; k++) {
        assertEquals(mean + slope * (picture[k] - mean), harder[k], 1e-2);
      }
      // Bytes: the same, rounded and within their range.
      float[] bytes = augmented("{'brightness':0.5,'contrast':0.5}", PixelType.UINT8, picture, i);
      float[] floats =
          augmented("{'brightness':0.5,'contrast':0.5}", PixelType.FLOAT32, picture, i);
      for (int k = 0; k < picture.length; k++) {
        assertEquals(Math.max(0, Math.min(255, floats[k])), bytes[k], 0.51);
      }
    }
  }

  @Test
  void erasingPaintsARectangleInTheMeanColour() {
    int size = 40;
    float[] picture = new float[size * size * CHANNELS];
    Random random = new Random(1);
    for (int i = 0; i < picture.length; i++) picture[i] = random.nextInt(256);
    int erased = 0;
    for (int i = 0; i < PICTURES; i++) {
      float[] changed =
          apply("{'erasing':0.5}", PixelType.FLOAT32, picture, size, size, CHANNELS, 1, i);
      int top = size;
      int bottom = -1;
      int left = size;
      int right = -1;
      for (int at = 0; at < picture.length; at += CHANNELS) {
        if (changed[at] == picture[at]) continue;
        int y = at / CHANNELS / size;
        int x = at / CHANNELS % size;
        top = Math.min(top, y);
        bottom = Math.max(bottom, y);
        left = Math.min(left, x);
        right = Math.max(right, x);
      }
      if (bottom < 0) continue;
      erased++;
      double area = (bottom - top + 1) * (right - left + 1) / (double) (size * size);
      assertTrue(area > 0.015 && area < 0.43, area + "");
      for (int y = top; y <= bottom; y++) {
        for (int x = left; x <= right; x++) {
          for (int c = 0; c < CHANNELS; c++) {
            double mean = 0;
            for (int k = c; k < picture.length; k += CHANNELS) mean += picture[k];
            mean /= size * size;
            assertEquals(mean, changed[(y * size + x) * CHANNELS + c], 1e-3);
          }
        }
      }
    }
    assertEquals(PICTURES / 2, erased, 50);
  }

  @Test
  void whatHappensFollowsFromSeedEpochAndPictureAlone() {
    String all =
        "{'horizontal_flip':true,'vertical_flip':true,'shift':0.2,'crop':1,'rotation':20,"
            + "'zoom':0.2,'brightness':0.3,'contrast':0.3,'erasing':0.5}";
    float[] picture = noise(PixelType.UINT8);
    float[] alone = apply(all, PixelType.UINT8, picture, HEIGHT, WIDTH, CHANNELS, 3, 7);
    try (PixelBlock block = block(PixelType.UINT8, picture, HEIGHT, WIDTH, CHANNELS);
        PixelBlock result = block(PixelType.UINT8, picture, HEIGHT, WIDTH, CHANNELS)) {
      Augmenter used = new Augmenter(augmentation(all), block, 5);
      for (int epoch = 1; epoch < 4; epoch++) {
        for (int i = 0; i < 8; i++) used.apply(block.address(), epoch, i, result.address());
      }
      assertArrayEquals(alone, values(result));
    }
    assertFalse(
        Arrays.equals(alone, apply(all, PixelType.UINT8, picture, HEIGHT, WIDTH, CHANNELS, 4, 7)));
    assertFalse(
        Arrays.equals(alone, apply(all, PixelType.UINT8, picture, HEIGHT, WIDTH, CHANNELS, 3, 8)));
  }

  /** One more ingredient leaves the others as they were. */
  @ParameterizedTest
  @ValueSource(strings = {"'brightness':0.00001", "'erasing':0", "'contrast':0.00001"})
  void ingredientsAreIndependent(String other) {
    float[] picture = noise(PixelType.UINT8);
    for (int i = 0; i < 20; i++) {
      assertArrayEquals(
          augmented("{'horizontal_flip':true,'shift':0.3}", PixelType.UINT8, picture, i),
          augmented(
              "{'horizontal_flip':true,'shift':0.3," + other + "}", PixelType.UINT8, picture, i));
    }
  }

  @Test
  void withoutIngredientsPicturesStay() {
    float[] picture = noise(PixelType.UINT8);
    assertArrayEquals(picture, augmented("{}", PixelType.UINT8, picture, 1));
    assertFalse(augmentation("{'fill':'reflect','mixup':0.2}").changesPictures());
    assertNotEquals(0, augmentation("{'mixup':0.2}").mixup());
  }

  private static float[] augmented(String options, PixelType type, float[] picture, int number) {
    return apply(options, type, picture, HEIGHT, WIDTH, CHANNELS, 1, number);
  }

  private static float[] apply(
      String options,
      PixelType type,
      float[] picture,
      int height,
      int width,
      int channels,
      int epoch,
      int number) {
    try (PixelBlock block = block(type, picture, height, width, channels);
        PixelBlock result = PixelBlock.allocate(type, 1, height, width, channels)) {
      new Augmenter(augmentation(options), block, 5)
          .apply(block.address(), epoch, number, result.address());
      assertArrayEquals(picture, values(block));
      return values(result);
    }
  }

  private static Augmentation augmentation(String options) {
    return new Augmentation(Json.readObject(options.replace('\'', '"'), "options"));
  }

  private static PixelBlock block(
      PixelType type, float[] picture, int height, int width, int channels) {
    PixelBlock block = PixelBlock.allocate(type, 1, height, width, channels);
    if (type == PixelType.FLOAT32) {
      block.write(0, picture);
    } else {
      byte[] bytes = new byte[picture.length];
      for (int i = 0; i < bytes.length; i++) bytes[i] = (byte) picture[i];
      block.write(0, bytes);
    }
    return block;
  }

  private static float[] values(PixelBlock block) {
    float[] values = new float[block.rowLength()];
    if (block.type() == PixelType.FLOAT32) {
      block.read(0, values);
      return values;
    }
    byte[] bytes = new byte[values.length];
    block.read(0, bytes);
    for (int i = 0; i < values.length; i++) values[i] = bytes[i] & 0xFF;
    return values;
  }

  private static float[] noise(PixelType type) {
    Random random = new Random(type.ordinal());
    float[] picture = new float[HEIGHT * WIDTH * CHANNELS];
    for (int i = 0; i < picture.length; i++) picture[i] = random.nextInt(256);
    return picture;
  }

  private static float[] mirrored(float[] picture, boolean rows, boolean columns) {
    float[] mirrored = new float[picture.length];
    for (int i = 0; i < picture.length; i++) {
      int y = i / CHANNELS / WIDTH;
      int x = i / CHANNELS % WIDTH;
      int fromY = rows ? HEIGHT - 1 - y : y;
      int fromX = columns ? WIDTH - 1 - x : x;
      mirrored[i] = picture[(fromY * WIDTH + fromX) * CHANNELS + i % CHANNELS];
    }
    return mirrored;
  }

  private static float[] shifted(float[] picture, int down, int right, Fill fill) {
    float[] shifted = new float[picture.length];
    for (int i = 0; i < picture.length; i++) {
      int y = beyond(i / CHANNELS / WIDTH - down, HEIGHT, fill);
      int x = beyond(i / CHANNELS % WIDTH - right, WIDTH, fill);
      if (y >= 0 && x >= 0) shifted[i] = picture[(y * WIDTH + x) * CHANNELS + i % CHANNELS];
    }
    return shifted;
  }

  private static int beyond(int i, int n, Fill fill) {
    if (i >= 0 && i < n) return i;
    if (fill == Fill.BLACK) return -1;
    if (fill == Fill.NEAREST) return i < 0 ? 0 : n - 1;
    return i < 0 ? -i - 1 : 2 * n - 1 - i;
  }

  private static double mean(float[] values) {
    double sum = 0;
    for (float value : values) sum += value;
    return sum / values.length;
  }
}
