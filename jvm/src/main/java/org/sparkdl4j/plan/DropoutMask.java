package org.sparkdl4j.plan;

import org.bytedeco.javacpp.FloatPointer;
import org.sparkdl4j.onednn.FloatMemory;

/**
 * Fills memory with zeros and {@code 1 / keep}, by SplitMix64. A value depends on seed, layer and
 * place alone, so that the first pictures of a minibatch get the same whatever its size is.
 */
final class DropoutMask {
  private static final long STEP = 0x9E3779B97F4A7C15L;

  private final double keep;
  private final long salt;
  private final float[] picture;

  DropoutMask(double keep, long salt, int perPicture) {
    this.keep = keep;
    this.salt = salt;
    picture = new float[perPicture];
  }

  void fill(FloatPointer target, long seed) {
    // 2^32 values for 32 random bits; kept are those below.
    long limit = Math.round(keep * 0x1p32);
    float kept = (float) (1 / keep);
    long state = mix(seed ^ mix(salt + STEP));
    for (long at = 0; at < target.limit(); at += picture.length) {
      for (int i = 0; i < picture.length; i += 2) {
        long bits = mix(state += STEP);
        // The sign of the difference, not a comparison: a branch would be guessed wrongly half the
        // time.
        picture[i] = (((bits & 0xFFFFFFFFL) - limit) >>> 63) * kept;
        if (i + 1 < picture.length) picture[i + 1] = (((bits >>> 32) - limit) >>> 63) * kept;
      }
      // Not position(at).put(): a position changes the pointer for everybody.
      FloatMemory.at(target.address() + at * Float.BYTES, picture.length).put(picture);
    }
  }

  private static long mix(long value) {
    long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
