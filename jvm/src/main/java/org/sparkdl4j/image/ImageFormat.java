package org.sparkdl4j.image;

import java.nio.ByteBuffer;

/** The formats that are read. The content of a file decides about its format, not its name. */
public enum ImageFormat {
  JPEG,
  PNG,
  BMP,
  GIF,
  TIFF,
  WEBP;

  /**
   * The format by the first bytes.
   *
   * @throws DamagedImageException EMPTY or NOT_A_PICTURE
   */
  public static ImageFormat of(ByteBuffer encoded) throws DamagedImageException {
    if (!encoded.hasRemaining()) {
      throw new DamagedImageException(DamageReason.EMPTY, "the file has no bytes");
    }
    if (starts(encoded, 0, "\u00FF\u00D8\u00FF")) return JPEG;
    if (starts(encoded, 0, "\u0089PNG\r\n\u001A\n")) return PNG;
    if (starts(encoded, 0, "GIF87a") || starts(encoded, 0, "GIF89a")) return GIF;
    if (starts(encoded, 0, "RIFF") && starts(encoded, 8, "WEBP")) return WEBP;
    if (starts(encoded, 0, "II*\0") || starts(encoded, 0, "MM\0*")) return TIFF;
    if (starts(encoded, 0, "BM") && encoded.remaining() >= 14) return BMP;
    throw new DamagedImageException(
        DamageReason.NOT_A_PICTURE, "the content is not JPEG, PNG, BMP, GIF, TIFF or WebP");
  }

  private static boolean starts(ByteBuffer encoded, int from, String bytes) {
    if (encoded.remaining() < from + bytes.length()) return false;
    for (int i = 0; i < bytes.length(); i++) {
      if ((encoded.get(encoded.position() + from + i) & 0xFF) != bytes.charAt(i)) return false;
    }
    return true;
  }
}
