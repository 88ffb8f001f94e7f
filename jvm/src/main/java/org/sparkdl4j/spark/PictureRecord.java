package org.sparkdl4j.spark;

import java.io.Serializable;
import org.sparkdl4j.image.DamagedImage;

/** A row of a DataFrame after decoding: a picture's pixels, or what is wrong with it. */
final class PictureRecord implements Serializable {
  private static final long serialVersionUID = 1;

  final int label;
  final float weight;
  final boolean isValidation;

  /**
   * {@code [height, width, channels]} uint8, or float32 in the machine's own byte order; null of a
   * damaged picture.
   */
  final byte[] pixels;

  /** Null of a good picture. */
  final DamagedImage damage;

  PictureRecord(int label, float weight, boolean isValidation, byte[] pixels, DamagedImage damage) {
    this.label = label;
    this.weight = weight;
    this.isValidation = isValidation;
    this.pixels = pixels;
    this.damage = damage;
  }

  boolean isForTraining() {
    return damage == null && !isValidation;
  }
}
