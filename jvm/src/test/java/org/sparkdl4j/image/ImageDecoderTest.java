package org.sparkdl4j.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.opencv.global.opencv_core;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.shade.jackson.databind.node.ArrayNode;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.preprocessing.Preprocessing;
import org.sparkdl4j.spec.Json;

class ImageDecoderTest {
  private static final int WIDTH = 40;
  private static final int HEIGHT = 30;
  private static final DecodeOptions SAME_SIZE = new DecodeOptions(HEIGHT, WIDTH, 3);

  /** 32x16 pixels, red on the left and blue on the right, written by Pillow. */
  private static final String CMYK_JPEG =
      "/9j/7gAOQWRvYmUAZAAAAAAA/9sAQwADAgIDAgIDAwMDBAMDBAUIBQUEBAUKBwcGCAwKDAwLCgsLDQ"
          + "4SEA0OEQ4LCxAWEBETFBUVFQwPFxgWFBgSFBUU/8AAFAgAEAAgBEMRAE0RAFkRAEsRAP/EAB8AAAEF"
          + "AQEBAQEBAAAAAAAAAAABAgMEBQYHCAkKC//EALUQAAIBAwMCBAMFBQQEAAABfQECAwAEEQUSITFBBh"
          + "NRYQcicRQygZGhCCNCscEVUtHwJDNicoIJChYXGBkaJSYnKCkqNDU2Nzg5OkNERUZHSElKU1RVVldY"
          + "WVpjZGVmZ2hpanN0dXZ3eHl6g4SFhoeIiYqSk5SVlpeYmZqio6Slpqeoqaqys7S1tre4ubrCw8TFxs"
          + "fIycrS09TV1tfY2drh4uPk5ebn6Onq8fLz9PX29/j5+v/aAA4EQwBNAFkASwAAPwD7Ar8+q+FK/VOi"
          + "iiivwfr6gr9QKKKKKK/eCvl+vy/ooooor8H6+oK/UCiiiiiv/9k=";

  @ParameterizedTest
  @ValueSource(strings = {".png", ".bmp", ".tiff", ".webp", ".jpg"})
  void decodesToRgbInRows(String extension) throws DamagedImageException {
    byte[] pixels = Pictures.decode(Pictures.encode(extension, WIDTH, HEIGHT), SAME_SIZE);
    // The chroma of a JPEG is stored at half the size.
    int tolerance = extension.equals(".jpg") ? 12 : 0;
    for (int i = 0; i < WIDTH * HEIGHT; i++) {
      int[] expected = Pictures.rgbAt(i % WIDTH, i / WIDTH);
      for (int c = 0; c < 3; c++) {
        assertEquals(expected[c], pixels[3 * i + c] & 0xFF, tolerance, "value " + (3 * i + c));
      }
    }
  }

  @Test
  void greyIsTheWeightedMeanOfRgb() throws DamagedImageException {
    byte[] grey =
        Pictures.decode(
            Pictures.encode(".png", WIDTH, HEIGHT), new DecodeOptions(HEIGHT, WIDTH, 1));
    for (int i = 0; i < grey.length; i++) {
      int[] rgb = Pictures.rgbAt(i % WIDTH, i / WIDTH);
      assertEquals(.299 * rgb[0] + .587 * rgb[1] + .114 * rgb[2], grey[i] & 0xFF, 1);
    }
  }

  @ParameterizedTest
  @CsvSource({"1,3", "1,1", "3,3", "3,1", "4,3", "4,1"})
  void whatIsDecodedAlreadyIsScaledAlike(int stored, int channels) throws DamagedImageException {
    byte[] bgr = new byte[WIDTH * HEIGHT * stored];
    new Random(1).nextBytes(bgr);
    int type = opencv_core.CV_8UC(stored);
    byte[] png = Pictures.encode(".png", WIDTH, HEIGHT, type, bgr);
    for (int factor : new int[] {1, 2}) {
      DecodeOptions options = new DecodeOptions(HEIGHT / factor + 1, WIDTH * factor, channels);
      ByteBuffer pixels = ByteBuffer.allocate((HEIGHT / factor + 1) * WIDTH * factor * channels);
      new ImageDecoder(options).scale(bgr, HEIGHT, WIDTH, stored, false, pixels);
      assertArrayEquals(Pictures.decode(png, options), pixels.array());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "2,2,3,11,TRUNCATED",
    "2,2,3,13,CORRUPT",
    "0,2,3,0,UNSUPPORTED",
    "2,2,2,8,UNSUPPORTED",
    "50000,50000,4,0,TOO_MANY_PIXELS",
  })
  void whatIsDecodedAlreadyCanBeDamaged(
      int height, int width, int channels, int bytes, DamageReason reason) {
    ByteBuffer target = ByteBuffer.allocate(HEIGHT * WIDTH * 3);
    ImageDecoder decoder = new ImageDecoder(SAME_SIZE);
    DamagedImageException thrown =
        assertThrows(
            DamagedImageException.class,
            () -> decoder.scale(new byte[bytes], height, width, channels, false, target));
    assertEquals(reason, thrown.reason());
    assertEquals(0, target.position());
  }

  // Grey of coloured bytes is rounded, which that of floats is not.
  @ParameterizedTest
  @CsvSource({"1,3", "1,1", "3,3"})
  void floatsAreScaledAsBytesOfTheSameNumbers(int stored, int channels)
      throws DamagedImageException {
    byte[] bgr = new byte[WIDTH * HEIGHT * stored];
    new Random(1).nextBytes(bgr);
    ByteBuffer floats =
        ByteBuffer.allocate(bgr.length * Float.BYTES).order(ByteOrder.nativeOrder());
    for (byte value : bgr) floats.putFloat(value & 0xFF);
    ArrayNode steps = Json.object().putArray("preprocessing");
    steps.addObject().put("step", "to_float");
    DecodeOptions options =
        new DecodeOptions(20, 25, channels, 10000, Window.FULL, Preprocessing.fromJson(steps));
    ImageDecoder decoder = new ImageDecoder(options);
    ByteBuffer expected = ByteBuffer.allocate(options.pictureBytes());
    decoder.scale(bgr, HEIGHT, WIDTH, stored, false, expected);
    ByteBuffer found = ByteBuffer.allocate(options.pictureBytes());
    decoder.scale(floats.array(), HEIGHT, WIDTH, stored, true, found);
    assertArrayEquals(expected.array(), found.array());
  }

  @Test
  void floatsNeedAStepThatTakesThem() {
    ByteBuffer target = ByteBuffer.allocate(SAME_SIZE.pictureBytes());
    DamagedImageException thrown =
        assertThrows(
            DamagedImageException.class,
            () -> new ImageDecoder(SAME_SIZE).scale(new byte[12], 1, 1, 3, true, target));
    assertEquals(DamageReason.UNSUPPORTED, thrown.reason());
    assertTrue(thrown.detail().contains("to_float"), thrown.detail());
  }

  @Test
  void shrinksByArea() throws DamagedImageException {
    byte[] small =
        Pictures.decode(
            Pictures.encode(".png", WIDTH, HEIGHT), new DecodeOptions(HEIGHT / 2, WIDTH / 2, 3));
    // The mean of 0, 4 on both axes, then 8, 12, and so on.
    assertArrayEquals(new byte[] {2, 2, 100, 10, 2, 100}, Arrays.copyOf(small, 6));
  }

  @Test
  void enlargesBilinearly() throws DamagedImageException {
    byte[] png = Pictures.encode(".png", 2, 1, opencv_core.CV_8U, new byte[] {0, 100});
    assertArrayEquals(
        new byte[] {0, 25, 75, 100}, Pictures.decode(png, new DecodeOptions(1, 4, 1)));
  }

  @Test
  void largeJpegIsDecodedAtReducedSizeWithTheSameMeaning() throws DamagedImageException {
    byte[] pixels = Pictures.decode(flat(".jpg", 1600, 1200), new DecodeOptions(30, 40, 3));
    for (byte value : pixels) assertEquals(77, value, 2);
  }

  @ParameterizedTest
  @CsvSource({
    "1,0,1,2,3",
    "2,1,0,3,2",
    "3,3,2,1,0",
    "4,2,3,0,1",
    "5,0,2,1,3",
    "6,2,0,3,1",
    "7,3,1,2,0",
    "8,1,3,0,2"
  })
  void exifOrientationIsApplied(int orientation, int a, int b, int c, int d)
      throws IOException, DamagedImageException {
    byte[] quarters = {0, 60, 120, (byte) 180};
    byte[] expected = {quarters[a], quarters[b], quarters[c], quarters[d]};
    byte[] png =
        Pictures.png(
            2,
            2,
            8,
            0,
            new byte[] {0, 0, 60, 0, 120, (byte) 180},
            Pictures.chunk("eXIf", Pictures.exif(orientation)));
    assertArrayEquals(expected, Pictures.decode(png, new DecodeOptions(2, 2, 1)));

    // Large enough to be decoded at reduced size.
    byte[] large = new byte[64 * 64];
    for (int i = 0; i < large.length; i++) large[i] = quarters[i / 64 / 32 * 2 + i % 64 / 32];
    byte[] jpeg =
        Pictures.withExif(
            Pictures.encode(".jpg", 64, 64, opencv_core.CV_8U, large), Pictures.exif(orientation));
    byte[] turned = Pictures.decode(jpeg, new DecodeOptions(2, 2, 1));
    for (int i = 0; i < 4; i++) assertEquals(expected[i] & 0xFF, turned[i] & 0xFF, 3);
  }

  @Test
  void transparencyIsLaidOverWhite() throws IOException, DamagedImageException {
    byte[] rgba = {0, 10, 20, 30, 0, 10, 20, 30, (byte) 255, 10, 20, 30, 127};
    byte[] expected = {-1, -1, -1, 10, 20, 30, (byte) 133, (byte) 138, (byte) 143};
    assertArrayEquals(
        expected, Pictures.decode(Pictures.png(3, 1, 8, 6, rgba), new DecodeOptions(1, 3, 3)));
  }

  @Test
  void paletteWithTransparency() throws IOException, DamagedImageException {
    byte[] palette = Pictures.chunk("PLTE", new byte[] {1, 2, 3, 40, 50, 60});
    byte[] alpha = Pictures.chunk("tRNS", new byte[] {0});
    assertArrayEquals(
        new byte[] {-1, -1, -1, 40, 50, 60},
        Pictures.decode(
            Pictures.png(2, 1, 8, 3, new byte[] {0, 0, 1}, palette, alpha),
            new DecodeOptions(1, 2, 3)));
  }

  @Test
  void transparentGreyValue() throws IOException, DamagedImageException {
    byte[] transparent = Pictures.chunk("tRNS", new byte[] {0, 1});
    assertArrayEquals(
        new byte[] {0, -1, (byte) 170, -1},
        Pictures.decode(
            Pictures.png(4, 1, 2, 0, new byte[] {0, 0b00_01_10_11}, transparent),
            new DecodeOptions(1, 4, 1)));
  }

  @Test
  void sixteenBitsGoThroughTheWindow() throws IOException, DamagedImageException {
    byte[] png = Pictures.png(3, 1, 16, 0, new byte[] {0, 0x10, 0, 0x20, 0, 0x30, 0});
    assertArrayEquals(new byte[] {16, 32, 48}, windowed(png, Window.FULL));
    assertArrayEquals(new byte[] {0, (byte) 128, -1}, windowed(png, Window.MINMAX));
    assertArrayEquals(new byte[] {0, 0, -1}, windowed(png, Window.of(0x2000, 0x2800)));
    byte[] flat = Pictures.png(3, 1, 16, 0, new byte[] {0, 9, 9, 9, 9, 9, 9});
    assertArrayEquals(new byte[] {0, 0, 0}, windowed(flat, Window.MINMAX));
  }

  @Test
  void firstFrameOfGif() throws IOException, DamagedImageException {
    BufferedImage image = new BufferedImage(2, 1, BufferedImage.TYPE_INT_ARGB);
    image.setRGB(0, 0, 0xFF0A141E);
    assertArrayEquals(
        new byte[] {10, 20, 30, -1, -1, -1},
        Pictures.decode(Pictures.encode("gif", image), new DecodeOptions(1, 2, 3)));
  }

  @Test
  void writesIntoMemoryAtThePositionOfTheBuffer() throws DamagedImageException {
    ByteBuffer target = ByteBuffer.allocateDirect(HEIGHT * WIDTH * 3 + 5);
    target.position(5);
    new ImageDecoder(SAME_SIZE).decode(Pictures.encode(".png", WIDTH, HEIGHT), target);
    assertEquals(0, target.remaining());
    assertEquals(100, target.get(7));
    target.position(6);
    SparkDl4jException e =
        assertThrows(
            SparkDl4jException.class,
            () ->
                new ImageDecoder(SAME_SIZE).decode(Pictures.encode(".png", WIDTH, HEIGHT), target));
    assertEquals(ErrorCode.DATA_SHAPE, e.code());
  }

  @Test
  void nativeMemoryStaysFlat() throws DamagedImageException {
    byte[] jpeg = Pictures.encode(".jpg", 600, 400);
    for (int i = 0; i < 20; i++) Pictures.decode(jpeg, SAME_SIZE);
    long before = Pointer.totalCount();
    for (int i = 0; i < 50; i++) Pictures.decode(jpeg, SAME_SIZE);
    assertEquals(before, Pointer.totalCount());
  }

  /** The expected colours are those that Pillow 13 decodes from the same bytes. */
  @Test
  void cmykJpegOfAdobe() throws DamagedImageException {
    byte[] jpeg = Base64.getDecoder().decode(CMYK_JPEG);
    byte[] pixels = Pictures.decode(jpeg, new DecodeOptions(16, 32, 3));
    int[][] expected = {{200, 30, 40}, {20, 90, 160}};
    for (int side = 0; side < 2; side++) {
      int at = 3 * (8 * 32 + 8 + 16 * side);
      for (int c = 0; c < 3; c++) assertEquals(expected[side][c], pixels[at + c] & 0xFF, 4);
    }
  }

  @Test
  void realPhotographs() throws IOException, DamagedImageException {
    Path data = testData().orElse(null);
    assumeTrue(data != null, "no test data");
    List<Path> files = ImageFolder.list(data.resolve("landscapes"));
    int pngs = 0;
    for (Path file : files) {
      byte[] encoded = Files.readAllBytes(file);
      boolean png = ImageFormat.of(ByteBuffer.wrap(encoded)) == ImageFormat.PNG;
      if (png) pngs++;
      if (png || file.hashCode() % 20 == 0) Pictures.decode(encoded, SAME_SIZE);
    }
    assertTrue(pngs > 0, "one of the .jpg files is a PNG");
  }

  private static Optional<Path> testData() {
    String named = System.getenv("SPARKDL4J_TEST_DATA");
    Path data = Paths.get(named != null ? named : "../shared/data");
    return Files.isDirectory(data.resolve("landscapes")) ? Optional.of(data) : Optional.empty();
  }

  private static byte[] windowed(byte[] png, Window window) throws DamagedImageException {
    return Pictures.decode(png, new DecodeOptions(1, 3, 1, 1000, window));
  }

  private static byte[] flat(String extension, int width, int height) {
    byte[] values = new byte[width * height * 3];
    Arrays.fill(values, (byte) 77);
    return Pictures.encode(extension, width, height, opencv_core.CV_8UC3, values);
  }
}
