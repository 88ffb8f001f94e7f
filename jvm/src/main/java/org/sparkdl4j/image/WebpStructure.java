package org.sparkdl4j.image;

/** Walks through the chunks of a WebP file. */
final class WebpStructure {
  private static final int ANIMATED = 0x02;

  private WebpStructure() {}

  static ImageHeader read(ByteCursor file) throws DamagedImageException {
    file.littleEndian(true).seek(4);
    ByteCursor cursor = file.slice(file.u32()).littleEndian(true);
    cursor.skip(4);
    ImageHeader header = null;
    Orientation orientation = Orientation.NORMAL;
    boolean pixels = false;
    while (cursor.remaining() > 1) {
      String name = cursor.name();
      long length = cursor.u32();
      ByteCursor chunk = cursor.slice(length).littleEndian(true);
      cursor.skip(Math.min(length + (length & 1), cursor.remaining()));
      if (name.equals("EXIF")) {
        chunk.accept("Exif\0\0");
        orientation = Orientation.ofExif(chunk.slice(chunk.remaining()));
      }
      pixels |= name.equals("VP8 ") || name.equals("VP8L");
      if (header == null) header = headerOf(name, chunk);
    }
    if (header == null || !pixels) {
      throw new DamagedImageException(DamageReason.CORRUPT, "the WebP file has no picture");
    }
    header.orientation(orientation);
    return header;
  }

  /** The header when this chunk holds it: the canvas, or else the lossy or lossless picture. */
  private static ImageHeader headerOf(String name, ByteCursor chunk) throws DamagedImageException {
    if (name.equals("VP8X")) {
      if ((chunk.u8() & ANIMATED) != 0) {
        throw new DamagedImageException(DamageReason.UNSUPPORTED, "animated WebP is not supported");
      }
      chunk.skip(3);
      int width = chunk.u16() | chunk.u8() << 16;
      int height = chunk.u16() | chunk.u8() << 16;
      return new ImageHeader(ImageFormat.WEBP, width + 1L, height + 1L, 8, 3);
    }
    if (name.equals("VP8 ")) {
      chunk.skip(6);
      int width = chunk.u16() & 0x3FFF;
      return new ImageHeader(ImageFormat.WEBP, width, chunk.u16() & 0x3FFF, 8, 3);
    }
    if (name.equals("VP8L")) {
      chunk.skip(1);
      int sizes = chunk.s32();
      int width = (sizes & 0x3FFF) + 1;
      return new ImageHeader(ImageFormat.WEBP, width, (sizes >>> 14 & 0x3FFF) + 1, 8, 3);
    }
    return null;
  }
}
