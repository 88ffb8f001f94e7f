package org.sparkdl4j.plan;

import org.bytedeco.javacpp.FloatPointer;

/** What a network reads of whole pictures. */
final class ReadPart {
  private ReadPart() {}

  /** The first rows and columns of {@code count} pictures, in new memory. */
  static FloatPointer of(FloatPointer pictures, int count, NetworkCore core) {
    int[] whole = core.inputShape();
    int[] read = core.readShape();
    float[] from = new float[count * whole[0] * whole[1] * whole[2]];
    pictures.get(from);
    float[] part = new float[count * read[0] * read[1] * read[2]];
    int length = read[1] * read[2];
    for (int row = 0; row < count * read[0]; row++) {
      int fromRow = row / read[0] * whole[0] + row % read[0];
      System.arraycopy(from, fromRow * whole[1] * whole[2], part, row * length, length);
    }
    return new FloatPointer(part);
  }
}
