package org.sparkdl4j.image;

import java.nio.ByteBuffer;

/** What a file says about its picture, read without decoding it. */
public final class ImageHeader {
  private final ImageFormat format;
  private final int width;
  private final int height;
  private final int bits;
  private final int samples;
  private Orientation orientation = Orientation.NORMAL;
  private int transparentGrey = -1;
  private boolean zeroIsWhite;
  private boolean palette;
  private int frameLeft;
  private int frameTop;

  /**
   * A header.
   *
   * @param bits bits per sample
   * @param samples samples per pixel as stored; 1 for a palette
   * @throws DamagedImageException CORRUPT when the picture has no pixels
   */
  ImageHeader(ImageFormat format, long width, long height, int bits, int samples)
      throws DamagedImageException {
    if (width <= 0 || height <= 0 || width > Integer.MAX_VALUE || height > Integer.MAX_VALUE) {
      throw new DamagedImageException(
          DamageReason.CORRUPT, "the header declares " + width + "x" + height + " pixels");
    }
    this.format = format;
    this.width = (int) width;
    this.height = (int) height;
    this.bits = bits;
    this.samples = samples;
  }

  /**
   * Reads the header and walks through the whole structure of the file, since decoders fill what is
   * missing with grey and say nothing.
   *
   * @param encoded the whole file, from the position to the limit, which stay as they are
   * @throws DamagedImageException EMPTY, NOT_A_PICTURE, TRUNCATED, CORRUPT or UNSUPPORTED
   */
  public static ImageHeader read(ByteBuffer encoded) throws DamagedImageException {
    ImageFormat format = ImageFormat.of(encoded);
    ByteCursor cursor = new ByteCursor(encoded);
    switch (format) {
      case JPEG:
        return JpegStructure.read(cursor);
      case PNG:
        return PngStructure.read(cursor);
      case BMP:
        return BmpStructure.read(cursor);
      case GIF:
        return GifStructure.read(cursor);
      case TIFF:
        return TiffStructure.read(cursor);
      default:
        return WebpStructure.read(cursor);
    }
  }

  public ImageFormat format() {
    return format;
  }

  /** Pixels across as stored, that is before the orientation is applied. */
  public int width() {
    return width;
  }

  /** Pixels down as stored, that is before the orientation is applied. */
  public int height() {
    return height;
  }

  /** Bits per sample. */
  public int bits() {
    return bits;
  }

  /** Samples per pixel as stored; 1 for a palette. */
  public int samples() {
    return samples;
  }

  /**
   * What a pixel is, in words: palette; or grey, grey+alpha, RGB, RGBA or CMYK, with the bits of a
   * sample where these are not 8.
   */
  public String mode() {
    if (palette) return "palette";
    String name =
        samples == 1
            ? "grey"
            : samples == 2
                ? "grey+alpha"
                : samples == 3 ? "RGB" : format == ImageFormat.JPEG ? "CMYK" : "RGBA";
    return bits == 8 ? name : bits + "-bit " + name;
  }

  /** Whether pixels are places in a table of colours. */
  void palette(boolean value) {
    palette = value;
  }

  /** How to turn the decoded picture; always NORMAL where the decoder turns it itself (TIFF). */
  public Orientation orientation() {
    return orientation;
  }

  void orientation(Orientation value) {
    orientation = value;
  }

  /** The grey value that stands for transparent (PNG), as stored, or -1. */
  int transparentGrey() {
    return transparentGrey;
  }

  void transparentGrey(int value) {
    transparentGrey = value;
  }

  /** Whether small values are bright (TIFF). */
  boolean zeroIsWhite() {
    return zeroIsWhite;
  }

  void zeroIsWhite(boolean value) {
    zeroIsWhite = value;
  }

  /** Where the first frame lies on the canvas (GIF). */
  int frameLeft() {
    return frameLeft;
  }

  int frameTop() {
    return frameTop;
  }

  void frame(int left, int top) {
    frameLeft = left;
    frameTop = top;
  }
}
