package org.sparkdl4j.image;

/** Walks through the markers of a JPEG file up to the end of the picture. */
final class JpegStructure {
  private JpegStructure() {}

  static ImageHeader read(ByteCursor cursor) throws DamagedImageException {
    cursor.skip(2);
    ImageHeader header = null;
    Orientation orientation = Orientation.NORMAL;
    boolean scanned = false;
    while (true) {
      int marker = nextMarker(cursor);
      if (marker == 0xD9) {
        if (header == null || !scanned) {
          throw new DamagedImageException(DamageReason.CORRUPT, "the JPEG file has no picture");
        }
        header.orientation(orientation);
        return header;
      }
      if (marker == 0x01 || marker >= 0xD0 && marker <= 0xD8) continue;
      // An embedded thumbnail has markers of its own: they lie inside a segment, and are skipped.
      ByteCursor segment = cursor.slice(cursor.u16() - 2L);
      cursor.skip(segment.remaining());
      if (isFrame(marker) && header == null) {
        header = frame(segment);
      } else if (marker == 0xE1 && segment.accept("Exif\0\0")) {
        orientation = Orientation.ofExif(segment.slice(segment.remaining()));
      } else if (marker == 0xDA) {
        scanned = true;
      }
    }
  }

  /**
   * The next marker. Entropy-coded data before it are passed over: in them 0xFF is followed by 0x00
   * or by a restart marker.
   */
  private static int nextMarker(ByteCursor cursor) throws DamagedImageException {
    while (true) {
      cursor.skipPastFF();
      int marker = cursor.u8();
      while (marker == 0xFF) marker = cursor.u8();
      if (marker != 0x00) return marker;
    }
  }

  private static boolean isFrame(int marker) {
    return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
  }

  private static ImageHeader frame(ByteCursor segment) throws DamagedImageException {
    int bits = segment.u8();
    int height = segment.u16();
    int width = segment.u16();
    int samples = segment.u8();
    if (bits != 8) {
      throw new DamagedImageException(
          DamageReason.UNSUPPORTED, "JPEG with " + bits + " bits per sample is not supported");
    }
    return new ImageHeader(ImageFormat.JPEG, width, height, bits, samples);
  }
}
