package org.sparkdl4j.image;

import java.util.Arrays;

/**
 * Reads the first directory of a TIFF file, and whether all its strips or tiles lie in the file.
 */
final class TiffStructure {
  private static final int WIDTH = 256;
  private static final int HEIGHT = 257;
  private static final int BITS = 258;
  private static final int COMPRESSION = 259;
  private static final int PHOTOMETRIC = 262;
  private static final int STRIP_OFFSETS = 273;
  private static final int SAMPLES = 277;
  private static final int STRIP_SIZES = 279;
  private static final int TILE_WIDTH = 322;
  private static final int TILE_HEIGHT = 323;
  private static final int TILE_OFFSETS = 324;
  private static final int TILE_SIZES = 325;
  private static final int UNCOMPRESSED = 1;
  private static final int WHITE_IS_ZERO = 0;
  private static final int PALETTE = 3;

  private TiffStructure() {}

  static ImageHeader read(ByteCursor cursor) throws DamagedImageException {
    TiffDirectory directory = TiffDirectory.read(cursor);
    long width = directory.value(WIDTH, 0);
    long height = directory.value(HEIGHT, 0);
    int bits = (int) directory.value(BITS, 1);
    int samples = (int) directory.value(SAMPLES, 1);
    if (samples == 2 || samples > 4) {
      throw new DamagedImageException(
          DamageReason.UNSUPPORTED, "TIFF with " + samples + " samples per pixel is not supported");
    }
    ImageHeader header = new ImageHeader(ImageFormat.TIFF, width, height, bits, samples);
    header.zeroIsWhite(directory.value(PHOTOMETRIC, -1) == WHITE_IS_ZERO);
    header.palette(directory.value(PHOTOMETRIC, -1) == PALETTE);
    if (directory.values(TILE_OFFSETS).length > 0) {
      // The decoder makes room for a whole tile, however small the picture is.
      long tileWidth = directory.value(TILE_WIDTH, 0);
      long tileHeight = directory.value(TILE_HEIGHT, 0);
      if (tileWidth > Math.max(4096, 2 * width) || tileHeight > Math.max(4096, 2 * height)) {
        throw new DamagedImageException(
            DamageReason.CORRUPT, "tiles of " + tileWidth + "x" + tileHeight + " pixels");
      }
      requireParts(cursor, directory.values(TILE_OFFSETS), directory.values(TILE_SIZES));
    } else {
      long[] sizes = directory.values(STRIP_SIZES);
      requireParts(cursor, directory.values(STRIP_OFFSETS), sizes);
      long rowBytes = (width * bits * samples + 7) / 8;
      if (directory.value(COMPRESSION, UNCOMPRESSED) == UNCOMPRESSED
          && Arrays.stream(sizes).sum() < rowBytes * height) {
        throw new DamagedImageException(
            DamageReason.TRUNCATED, "the strips are shorter than the picture");
      }
    }
    return header;
  }

  private static void requireParts(ByteCursor cursor, long[] offsets, long[] sizes)
      throws DamagedImageException {
    if (offsets.length == 0 || offsets.length != sizes.length) {
      throw new DamagedImageException(
          DamageReason.CORRUPT,
          offsets.length + " places and " + sizes.length + " lengths of the picture's parts");
    }
    for (int i = 0; i < offsets.length; i++) {
      cursor.seek(offsets[i]);
      cursor.require(sizes[i]);
    }
  }
}
