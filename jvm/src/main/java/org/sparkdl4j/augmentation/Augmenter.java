package org.sparkdl4j.augmentation;

import java.util.Random;
import org.bytedeco.javacpp.Pointer;
import org.sparkdl4j.dataset.PixelBlock;
import org.sparkdl4j.dataset.SeededOrder;
import org.sparkdl4j.onednn.NativeAddress;

/**
 * Changes pictures of a block one by one, as an {@link Augmentation} says; for one thread.
 *
 * <p>What happens to a picture follows from the seed, the epoch and the picture's number alone:
 * from neither the thread nor the minibatch, nor from what was changed before. Every ingredient
 * draws its numbers in its turn, whether it is on or not, so that one more leaves the others as
 * they were.
 */
public final class Augmenter {
  /** Zhong et al., Random Erasing Data Augmentation, 2020, section 3.2: shares of the area. */
  private static final double SMALLEST_ERASED = 0.02;

  private static final double LARGEST_ERASED = 0.4;

  /** The same: the largest height over width, and width over height. */
  private static final double LARGEST_ASPECT = 1 / 0.3;

  /** How many rectangles are tried until one fits into the picture. */
  private static final int ERASING_TRIALS = 100;

  private final Augmentation augmentation;
  private final long seed;
  private final int height;
  private final int width;
  private final int channels;
  private final long bytes;
  private final Canvas canvas;

  /**
   * For pictures like those of a block.
   *
   * @param seed of all that is drawn
   */
  public Augmenter(Augmentation augmentation, PixelBlock block, long seed) {
    this.augmentation = augmentation;
    this.seed = seed;
    height = block.height();
    width = block.width();
    channels = block.channels();
    bytes = block.rowBytes();
    canvas = Canvas.of(block.type(), height, width, channels);
  }

  /**
   * Changes a picture.
   *
   * @param source address of its values
   * @param epoch counted from 1
   * @param picture its number among all pictures of the training
   * @param target address of memory for the changed ones, which may be the source
   */
  public void apply(long source, int epoch, int picture, long target) {
    if (!augmentation.changesPictures()) {
      Pointer.memcpy(new NativeAddress(target), new NativeAddress(source), bytes);
      return;
    }
    canvas.load(source);
    long ofEpoch = SeededOrder.key(seed, SeededOrder.AUGMENTATION_STREAM, epoch);
    Random random = new Random(SeededOrder.key(ofEpoch, SeededOrder.AUGMENTATION_STREAM, picture));
    canvas.move(geometry(random), augmentation.fill());
    recolour(random);
    erase(random);
    canvas.store(target);
  }

  private Geometry geometry(Random random) {
    boolean mirrorsColumns = random.nextBoolean() && augmentation.horizontalFlip();
    boolean mirrorsRows = random.nextBoolean() && augmentation.verticalFlip();
    int down = shift(random, height) + crop(random);
    int right = shift(random, width) + crop(random);
    double degrees = augmentation.rotation() * signed(random);
    double factor = 1 + augmentation.zoom() * signed(random);
    return new Geometry(height, width, mirrorsRows, mirrorsColumns, degrees, factor, down, right);
  }

  /** A whole number of pixels, each as probable as the next. */
  private int shift(Random random, int side) {
    int largest = (int) Math.round(augmentation.shift() * side);
    return (int) Math.floor(random.nextDouble() * (2 * largest + 1)) - largest;
  }

  /** The place of a window of the picture's size in the padded picture. */
  private int crop(Random random) {
    int padding = augmentation.crop();
    return (int) Math.floor(random.nextDouble() * (2 * padding + 1)) - padding;
  }

  private void recolour(Random random) {
    double brightness = 1 + augmentation.brightness() * signed(random);
    double contrast = 1 + augmentation.contrast() * signed(random);
    if (!augmentation.isRecolouring()) return;
    double mean = 0;
    if (augmentation.contrast() > 0) {
      for (double value : colour()) mean += value / channels;
    }
    canvas.scale(brightness * contrast, brightness * (1 - contrast) * mean);
  }

  private void erase(Random random) {
    if (!(random.nextDouble() < augmentation.erasing())) return;
    for (int trial = 0; trial < ERASING_TRIALS; trial++) {
      double share = between(SMALLEST_ERASED, LARGEST_ERASED, random);
      double aspect = between(1 / LARGEST_ASPECT, LARGEST_ASPECT, random);
      double area = share * height * width;
      int rows = (int) Math.round(Math.sqrt(area * aspect));
      int columns = (int) Math.round(Math.sqrt(area / aspect));
      double top = random.nextDouble();
      double left = random.nextDouble();
      if (rows < 1 || rows > height || columns < 1 || columns > width) continue;
      canvas.paint(
          (int) (top * (height - rows + 1)),
          (int) (left * (width - columns + 1)),
          rows,
          columns,
          colour());
      return;
    }
  }

  /** The picture's mean colour. */
  private double[] colour() {
    double[] colour = new double[channels];
    for (int c = 0; c < channels; c++) colour[c] = canvas.mean(c);
    return colour;
  }

  /** From -1 to 1. */
  private static double signed(Random random) {
    return between(-1, 1, random);
  }

  private static double between(double low, double high, Random random) {
    return low + (high - low) * random.nextDouble();
  }
}
