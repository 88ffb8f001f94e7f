package org.sparkdl4j.dataset;

import java.io.Serializable;

/** What mean and scale are derived from, of pictures that may lie on many machines. */
public abstract class PictureStatistics implements Serializable {
  private static final long serialVersionUID = 1;

  PictureStatistics() {}

  /**
   * Statistics of nothing yet.
   *
   * @param rowLength values of a picture
   */
  public static PictureStatistics of(PixelType type, int rowLength) {
    return type == PixelType.UINT8 ? new PixelSums(rowLength) : new FloatMoments(rowLength);
  }

  /** Adds a picture: its bytes, in the machine's own order where a value has many. */
  public abstract void add(byte[] row);

  /** Adds the pictures of others, of the same kind. */
  public abstract void addAll(PictureStatistics others);

  /** Pictures that were added. */
  public abstract long pictures();

  /** The moments of so many groups: the values of a picture, or its channels. */
  abstract Moments moments(int groups);
}
