package org.sparkdl4j.augmentation;

import org.sparkdl4j.dataset.PixelBlock;

/** An augmentation, and the seed of all that it draws. */
public final class SeededAugmentation {
  /** Pictures as they are. */
  public static final SeededAugmentation NONE = new SeededAugmentation(Augmentation.NONE, 0);

  private final Augmentation augmentation;
  private final long seed;

  /** An augmentation with its seed. */
  public SeededAugmentation(Augmentation augmentation, long seed) {
    this.augmentation = augmentation;
    this.seed = seed;
  }

  /** Whether pictures are changed one by one. */
  public boolean changesPictures() {
    return augmentation.changesPictures();
  }

  /** Whether pictures are mixed with each other. */
  public boolean mixesPictures() {
    return augmentation.mixup() > 0;
  }

  /** What changes pictures like those of a block, for one thread. */
  public Augmenter augmenter(PixelBlock block) {
    return new Augmenter(augmentation, block, seed);
  }

  /**
   * What mixes the pictures of a minibatch.
   *
   * @param minibatch its number in the run
   * @param size pictures in it
   */
  public Mixup mixup(long minibatch, int size) {
    return new Mixup(augmentation.mixup(), seed, minibatch, size);
  }
}
