package org.sparkdl4j.image;

import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;

/** How a stored picture must be turned to stand upright: EXIF's values 1 to 8, in their order. */
public enum Orientation {
  NORMAL(false, null),
  MIRRORED(false, 1),
  UPSIDE_DOWN(false, -1),
  MIRRORED_UPSIDE_DOWN(false, 0),
  TRANSPOSED(true, null),
  TURN_RIGHT(true, 1),
  TRANSVERSED(true, -1),
  TURN_LEFT(true, 0);

  private static final int TAG = 0x0112;

  private final boolean transposes;
  private final Integer flip;

  Orientation(boolean transposes, Integer flip) {
    this.transposes = transposes;
    this.flip = flip;
  }

  /** Whether width and height change places. */
  public boolean transposes() {
    return transposes;
  }

  /** The orientation in an EXIF block; NORMAL where it has none or is damaged itself. */
  static Orientation ofExif(ByteCursor exif) {
    try {
      int value = (int) TiffDirectory.read(exif).value(TAG, 1);
      return value >= 1 && value <= 8 ? values()[value - 1] : NORMAL;
    } catch (DamagedImageException e) {
      return NORMAL;
    }
  }

  /** The picture turned upright. */
  Mat apply(Mat picture) {
    Mat turned = picture;
    if (transposes) {
      turned = new Mat();
      opencv_core.transpose(picture, turned);
    }
    if (flip != null) {
      Mat flipped = new Mat();
      opencv_core.flip(turned, flipped, flip);
      turned = flipped;
    }
    return turned;
  }
}
