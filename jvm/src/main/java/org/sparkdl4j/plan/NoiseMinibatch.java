package org.sparkdl4j.plan;

import java.util.Random;
import org.bytedeco.javacpp.FloatPointer;

/**
 * A minibatch of noise, always the same: for trials and profiles, whose times no content changes.
 */
public final class NoiseMinibatch implements AutoCloseable {
  private final FloatPointer pictures;
  private final int[] labels;

  /**
   * A minibatch.
   *
   * @param count number of pictures
   * @param pictureSize values of a picture
   */
  public NoiseMinibatch(int count, long pictureSize, int classes) {
    Random random = new Random(1);
    float[] values = new float[Math.toIntExact(count * pictureSize)];
    for (int i = 0; i < values.length; i++) values[i] = (float) random.nextGaussian();
    pictures = new FloatPointer(values);
    labels = random.ints(count, 0, classes).toArray();
  }

  /** The pictures, standardised as it were. */
  public FloatPointer pictures() {
    return pictures;
  }

  /** The class of each picture. */
  public int[] labels() {
    return labels;
  }

  /** Frees the memory. Idempotent. */
  @Override
  public void close() {
    pictures.close();
  }
}
