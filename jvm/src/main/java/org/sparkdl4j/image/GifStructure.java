package org.sparkdl4j.image;

/** Walks through the blocks of a GIF file up to the end of its first frame. */
final class GifStructure {
  private static final int EXTENSION = 0x21;
  private static final int FRAME = 0x2C;

  private GifStructure() {}

  static ImageHeader read(ByteCursor cursor) throws DamagedImageException {
    cursor.littleEndian(true).seek(6);
    int canvasWidth = cursor.u16();
    int canvasHeight = cursor.u16();
    int flags = cursor.u8();
    cursor.skip(2);
    skipPalette(cursor, flags);
    int block = cursor.u8();
    while (block == EXTENSION) {
      cursor.skip(1);
      skipData(cursor);
      block = cursor.u8();
    }
    if (block != FRAME) {
      throw new DamagedImageException(DamageReason.CORRUPT, "the GIF file has no frame");
    }
    int left = cursor.u16();
    int top = cursor.u16();
    int width = cursor.u16();
    int height = cursor.u16();
    skipPalette(cursor, cursor.u8());
    cursor.skip(1);
    skipData(cursor);
    ImageHeader header =
        new ImageHeader(
            ImageFormat.GIF,
            Math.max(canvasWidth, left + width),
            Math.max(canvasHeight, top + height),
            8,
            1);
    header.palette(true);
    header.frame(left, top);
    return header;
  }

  private static void skipPalette(ByteCursor cursor, int flags) throws DamagedImageException {
    if ((flags & 0x80) != 0) cursor.skip(3L << (flags & 7) + 1);
  }

  private static void skipData(ByteCursor cursor) throws DamagedImageException {
    for (int length = cursor.u8(); length > 0; length = cursor.u8()) cursor.skip(length);
  }
}
