package org.sparkdl4j.augmentation;

import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.spec.Json;
import org.sparkdl4j.spec.Options;

/** The options of the group "augmentation", as {@code spec/options.json} describes them. */
public final class Augmentation {
  /** Pictures as they are. */
  public static final Augmentation NONE = new Augmentation(Json.object());

  private final Options options;

  /**
   * Checks options.
   *
   * @param values the values by option name; what is absent or null takes its default
   * @throws org.sparkdl4j.error.SparkDl4jException PARAMETER_UNKNOWN, PARAMETER_TYPE,
   *     PARAMETER_RANGE
   */
  public Augmentation(ObjectNode values) {
    options = new Options("augmentation", values.deepCopy());
  }

  /** Whether pictures are changed one by one. */
  public boolean changesPictures() {
    return horizontalFlip()
        || verticalFlip()
        || shift() > 0
        || crop() > 0
        || isWarping()
        || isRecolouring()
        || erasing() > 0;
  }

  /** Whether every other picture is mirrored left to right. */
  public boolean horizontalFlip() {
    return options.bool("horizontal_flip");
  }

  /** Whether every other picture is mirrored top to bottom. */
  public boolean verticalFlip() {
    return options.bool("vertical_flip");
  }

  /** The largest shift, as a share of height and width. */
  public double shift() {
    return options.number("shift");
  }

  /** Pixels added on every side before a window is cut out. */
  public int crop() {
    return options.integer("crop");
  }

  /** The largest rotation, in degrees. */
  public double rotation() {
    return options.number("rotation");
  }

  /** How far the factor of scaling is from 1 at most. */
  public double zoom() {
    return options.number("zoom");
  }

  /** What is shown beyond the edges. */
  public Fill fill() {
    return Fill.of(options.string("fill"));
  }

  /** How far the factor of brightness is from 1 at most. */
  public double brightness() {
    return options.number("brightness");
  }

  /** How far the factor of contrast is from 1 at most. */
  public double contrast() {
    return options.number("contrast");
  }

  /** The share of the pictures in which a rectangle is painted over. */
  public double erasing() {
    return options.number("erasing");
  }

  /** Alpha of the distribution of mixup's shares; 0 for no mixup. */
  public double mixup() {
    return options.number("mixup");
  }

  /** Whether pixels come from between those of the picture. */
  boolean isWarping() {
    return rotation() > 0 || zoom() > 0;
  }

  /** Whether values change where they are. */
  boolean isRecolouring() {
    return brightness() > 0 || contrast() > 0;
  }
}
