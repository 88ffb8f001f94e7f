package org.sparkdl4j.image;

/** Walks through the chunks of a PNG file up to its end chunk, and checks their checksums. */
final class PngStructure {
  private static final int GREY = 0;
  private static final int PALETTE = 3;
  private static final int[] SAMPLES_OF_COLOR_TYPE = {1, 0, 3, 1, 2, 0, 4};

  private PngStructure() {}

  static ImageHeader read(ByteCursor cursor) throws DamagedImageException {
    cursor.skip(8);
    ImageHeader header = null;
    int colorType = -1;
    boolean pixels = false;
    while (true) {
      int at = cursor.position();
      long length = cursor.u32();
      cursor.require(length + 8);
      long checksum = cursor.checksum((int) length + 4);
      String name = cursor.name();
      ByteCursor chunk = cursor.slice(length);
      cursor.skip(length);
      if (cursor.u32() != checksum) {
        throw corrupt("the checksum of the chunk at byte " + at + " is wrong");
      }
      if (header == null) {
        if (!name.equals("IHDR")) throw corrupt("the PNG file does not start with its header");
        long width = chunk.u32();
        long height = chunk.u32();
        int bits = chunk.u8();
        colorType = chunk.u8();
        if (colorType >= SAMPLES_OF_COLOR_TYPE.length || SAMPLES_OF_COLOR_TYPE[colorType] == 0) {
          throw corrupt("PNG has no colour type " + colorType);
        }
        header =
            new ImageHeader(ImageFormat.PNG, width, height, bits, SAMPLES_OF_COLOR_TYPE[colorType]);
        header.palette(colorType == PALETTE);
      } else if (name.equals("tRNS") && colorType == GREY) {
        header.transparentGrey(chunk.u16());
      } else if (name.equals("eXIf")) {
        header.orientation(Orientation.ofExif(chunk));
      } else if (name.equals("IDAT")) {
        pixels = true;
      } else if (name.equals("IEND")) {
        if (!pixels) throw corrupt("the PNG file has no picture");
        return header;
      }
    }
  }

  private static DamagedImageException corrupt(String detail) {
    return new DamagedImageException(DamageReason.CORRUPT, detail);
  }
}
