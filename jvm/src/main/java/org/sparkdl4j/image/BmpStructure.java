package org.sparkdl4j.image;

/** Reads the header of a BMP file, and whether the file is as long as the header says. */
final class BmpStructure {
  private static final int OS2_HEADER = 12;
  private static final int UNCOMPRESSED = 0;
  private static final int BIT_FIELDS = 3;

  private BmpStructure() {}

  static ImageHeader read(ByteCursor cursor) throws DamagedImageException {
    cursor.littleEndian(true).seek(10);
    long pixelsAt = cursor.u32();
    long headerSize = cursor.u32();
    long width;
    long height;
    int bits;
    long compression = UNCOMPRESSED;
    long compressedSize = 0;
    if (headerSize == OS2_HEADER) {
      width = cursor.u16();
      height = cursor.u16();
      cursor.skip(2);
      bits = cursor.u16();
    } else {
      width = cursor.s32();
      // A negative height means that the rows go from top to bottom.
      height = Math.abs((long) cursor.s32());
      cursor.skip(2);
      bits = cursor.u16();
      compression = cursor.u32();
      compressedSize = cursor.u32();
    }
    ImageHeader header =
        new ImageHeader(ImageFormat.BMP, width, height, Math.min(bits, 8), Math.max(1, bits / 8));
    header.palette(bits <= 8);
    cursor.seek(pixelsAt);
    if (compression == UNCOMPRESSED || compression == BIT_FIELDS) {
      cursor.require((width * bits + 31) / 32 * 4 * height);
    } else {
      cursor.require(compressedSize);
    }
    return header;
  }
}
