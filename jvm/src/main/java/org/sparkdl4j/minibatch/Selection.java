package org.sparkdl4j.minibatch;

/** Which pictures make up a minibatch. */
public final class Selection {
  private final long number;
  private final int[] pictures;

  /**
   * A selection.
   *
   * @param number the minibatch's number, by which whoever asked for it knows it again
   * @param pictures numbers of pictures in a view, in the order of the minibatch; not copied
   */
  public Selection(long number, int[] pictures) {
    this.number = number;
    this.pictures = pictures;
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

  int size() {
    return pictures.length;
  }

  int picture(int i) {
    return pictures[i];
  }
}
