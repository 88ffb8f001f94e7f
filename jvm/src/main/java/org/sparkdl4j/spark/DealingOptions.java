package org.sparkdl4j.spark;

import org.sparkdl4j.image.DecodeOptions;

/** How the labelled pictures of a DataFrame are decoded and dealt out to workers. */
public final class DealingOptions {
  private final PictureColumns columns;
  private final DecodeOptions image;
  private final int workers;
  private final long seed;
  private final double validationFraction;
  private final double maxDamaged;

  /**
   * Options.
   *
   * @param columns which columns hold what
   * @param image size and kind of the pictures
   * @param workers how many share the pictures; fewer where there are fewer pictures
   * @param seed decides, with their content, who gets which pictures
   * @param validationFraction share of every class to validate with, chosen by content and seed; 0
   *     for none but what the columns mark
   * @param maxDamaged largest share of damaged pictures, 0 to 1
   */
  public DealingOptions(
      PictureColumns columns,
      DecodeOptions image,
      int workers,
      long seed,
      double validationFraction,
      double maxDamaged) {
    this.columns = columns;
    this.image = image;
    this.workers = workers;
    this.seed = seed;
    this.validationFraction = validationFraction;
    this.maxDamaged = maxDamaged;
  }

  PictureColumns columns() {
    return columns;
  }

  DecodeOptions image() {
    return image;
  }

  int workers() {
    return workers;
  }

  long seed() {
    return seed;
  }

  double validationFraction() {
    return validationFraction;
  }

  double maxDamaged() {
    return maxDamaged;
  }
}
