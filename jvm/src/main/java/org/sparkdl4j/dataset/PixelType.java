package org.sparkdl4j.dataset;

import org.sparkdl4j.image.DecodeOptions;
import org.sparkdl4j.preprocessing.PictureKind;

/** How a block stores a value. */
public enum PixelType {
  /** 0 to 255 in one byte. */
  UINT8(1),
  /** Any finite value in four bytes. */
  FLOAT32(4);

  private final int bytes;

  PixelType(int bytes) {
    this.bytes = bytes;
  }

  /** What decoded pictures are. */
  public static PixelType of(DecodeOptions options) {
    return options.isFloat() ? FLOAT32 : UINT8;
  }

  /** What pictures of a kind are. */
  static PixelType of(PictureKind kind) {
    return kind.isFloat() ? FLOAT32 : UINT8;
  }

  /** Bytes per value. */
  public int bytes() {
    return bytes;
  }
}
