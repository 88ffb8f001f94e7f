package org.sparkdl4j.augmentation;

/**
 * Where the pixels of a changed picture come from: one affine map for flips, rotation, zoom, shift
 * and crop together, so that pixels are resampled once at most.
 *
 * <p>A pixel at row y and column x comes from row {@code rowAtOrigin + y * rowByRow + x *
 * rowByColumn} and column {@code columnAtOrigin + y * columnByRow + x * columnByColumn}. All
 * functions of angles are StrictMath's, whose bits no machine changes.
 */
final class Geometry {
  final double rowAtOrigin;
  final double rowByRow;
  final double rowByColumn;
  final double columnAtOrigin;
  final double columnByRow;
  final double columnByColumn;

  /** Whether every pixel is one of the picture: flips and shifts by whole pixels alone. */
  final boolean isExact;

  /**
   * The picture is mirrored, then turned and scaled about its middle, then shifted.
   *
   * @param mirrorsRows whether the top comes to the bottom
   * @param mirrorsColumns whether the left comes to the right
   * @param degrees counted clockwise
   * @param factor above 1 shows things larger
   * @param down pixels that things move down
   * @param right pixels that things move to the right
   */
  Geometry(
      int height,
      int width,
      boolean mirrorsRows,
      boolean mirrorsColumns,
      double degrees,
      double factor,
      int down,
      int right) {
    isExact = degrees == 0 && factor == 1;
    double angle = StrictMath.toRadians(degrees);
    double cosine = isExact ? 1 : StrictMath.cos(angle) / factor;
    double sine = isExact ? 0 : StrictMath.sin(angle) / factor;
    double rowSign = mirrorsRows ? -1 : 1;
    double columnSign = mirrorsColumns ? -1 : 1;
    double middleRow = (height - 1) / 2.0;
    double middleColumn = (width - 1) / 2.0;
    // Backwards: from a pixel of the result to where it was.
    rowByRow = rowSign * cosine;
    rowByColumn = -rowSign * sine;
    columnByRow = columnSign * sine;
    columnByColumn = columnSign * cosine;
    double row = -middleRow - down;
    double column = -middleColumn - right;
    rowAtOrigin = middleRow + rowByRow * row + rowByColumn * column;
    columnAtOrigin = middleColumn + columnByRow * row + columnByColumn * column;
  }

  /** Whether nothing changes. */
  boolean isIdentity() {
    return isExact
        && rowByRow == 1
        && columnByColumn == 1
        && rowAtOrigin == 0
        && columnAtOrigin == 0;
  }
}
