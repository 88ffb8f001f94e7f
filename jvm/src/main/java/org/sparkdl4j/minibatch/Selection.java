package org.sparkdl4j.minibatch;

/** Which pictures make up a minibatch. */
public final class Selection {
  private final long number;
  private final int epoch;
  private final int[] pictures;

  /**
   * A selection of pictures to train on.
   *
   * @param number the minibatch's number, by which whoever asked for it knows it again
   * @param epoch counted from 1; each changes pictures in its own way
   * @param pictures numbers of pictures in a view, in the order of the minibatch; not copied
   */
  public Selection(long number, int epoch, int[] pictures) {
    this.number = number;
    this.epoch = epoch;
    this.pictures = pictures;
  }

  /** A selection of pictures that stay as they are; parameters as above. */
  public Selection(long number, int[] pictures) {
    this(number, 1, pictures);
  }

  /** Pictures next to each other: {@code from}, {@code from + 1}, … */
  public static Selection range(long number, int from, int count) {
    int[] pictures = new int[count];
    for (int i = 0; i < count; i++) pictures[i] = from + i;
    return new Selection(number, pictures);
  }

  long number() {
    return number;
  }

  int epoch() {
    return epoch;
  }

  int size() {
    return pictures.length;
  }

  int picture(int i) {
    return pictures[i];
  }
}
