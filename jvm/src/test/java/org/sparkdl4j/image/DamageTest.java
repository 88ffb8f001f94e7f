package org.sparkdl4j.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every way in which a file may be damaged is found, and named rightly. */
class DamageTest {
  private static final DecodeOptions OPTIONS = new DecodeOptions(8, 8, 3);

  @ParameterizedTest
  @ValueSource(strings = {".jpg", ".png", ".bmp", ".tiff", ".webp", ".gif"})
  void truncationIsFoundWhereverTheFileEnds(String extension) throws Exception {
    byte[] whole = encoded(extension);
    Pictures.decode(whole, OPTIONS);
    // The last byte of a GIF comes after the frame, so a picture without it is still whole.
    int last = extension.equals(".gif") ? whole.length - 2 : whole.length - 1;
    for (int length = 20; length < last; length += 7) {
      assertEquals(DamageReason.TRUNCATED, reason(Arrays.copyOf(whole, length)), "at " + length);
    }
    assertEquals(DamageReason.TRUNCATED, reason(Arrays.copyOf(whole, last)));
  }

  @ParameterizedTest
  @ValueSource(strings = {".jpg", ".png", ".bmp", ".tiff", ".webp", ".gif"})
  void bytesBehindThePictureAreNoDamage(String extension) throws Exception {
    byte[] whole = encoded(extension);
    Pictures.decode(Arrays.copyOf(whole, whole.length + 100), OPTIONS);
  }

  @Test
  void bytesBehindHalfOfPictureDoNotMakeItWhole() throws Exception {
    byte[] whole = encoded(".jpg");
    byte[] half = Arrays.copyOf(whole, whole.length / 2);
    assertEquals(DamageReason.TRUNCATED, reason(Arrays.copyOf(half, half.length + 100)));
  }

  @Test
  void foreignBytesWithinPictureAreDamageThoughItEndsAsItShould() throws Exception {
    byte[] whole = Pictures.encode(".jpg", 600, 400);
    // A segment that would reach far behind the end.
    byte[] segment = {(byte) 0xFF, (byte) 0xC4, (byte) 0xFF, (byte) 0xFF};
    System.arraycopy(segment, 0, whole, whole.length / 2, segment.length);
    assertEquals(DamageReason.TRUNCATED, reason(whole));
  }

  @Test
  void thumbnailInTheHeaderDoesNotEndThePicture() throws Exception {
    ByteArrayOutputStream exif = new ByteArrayOutputStream();
    exif.write(Pictures.exif(1));
    exif.write(Pictures.encode(".jpg", 16, 16));
    byte[] whole = Pictures.withExif(Pictures.encode(".jpg", 64, 48), exif.toByteArray());
    Pictures.decode(whole, OPTIONS);
    assertEquals(DamageReason.TRUNCATED, reason(Arrays.copyOf(whole, whole.length - 40)));
  }

  @Test
  void bombIsNotDecoded() throws Exception {
    // Decoding it would take 2.7 GB; its one row of data would make it CORRUPT.
    byte[] bomb = Pictures.png(30_000, 30_000, 8, 2, new byte[90_001]);
    assertEquals(DamageReason.TOO_MANY_PIXELS, reason(bomb));
  }

  @Test
  void otherDamages() throws Exception {
    assertEquals(DamageReason.EMPTY, reason(new byte[0]));
    assertEquals(
        DamageReason.NOT_A_PICTURE,
        reason("a text named picture.jpg".getBytes(StandardCharsets.UTF_8)));
    byte[] png = Pictures.encode(".png", 20, 20);
    png[60] ^= 1;
    assertEquals(DamageReason.CORRUPT, reason(png));
    byte[] fewRows = Pictures.png(10, 10, 8, 2, new byte[31]);
    assertEquals(DamageReason.CORRUPT, reason(fewRows));
    byte[] noPixels = Pictures.png(0, 10, 8, 2, new byte[31]);
    assertEquals(DamageReason.CORRUPT, reason(noPixels));
  }

  private static byte[] encoded(String extension) throws IOException {
    if (!extension.equals(".gif")) return Pictures.encode(extension, 50, 40);
    BufferedImage image = new BufferedImage(50, 40, BufferedImage.TYPE_BYTE_INDEXED);
    for (int i = 0; i < 2000; i++) image.setRGB(i % 50, i / 50, i * 77_777);
    return Pictures.encode("gif", image);
  }

  private static DamageReason reason(byte[] encoded) {
    return assertThrows(DamagedImageException.class, () -> Pictures.decode(encoded, OPTIONS))
        .reason();
  }
}
