package org.sparkdl4j.bridge;

/** A picture as a network sees it, and where in it a class is seen. */
public final class SaliencyAnswer {
  private final int[] shape;
  private final byte[] pixels;
  private final float[] seen;
  private final String label;

  SaliencyAnswer(int[] shape, byte[] pixels, float[] seen, String label) {
    this.shape = shape;
    this.pixels = pixels;
    this.seen = seen;
    this.label = label;
  }

  /** {@code [height, width, channels]}. */
  public int[] shape() {
    return shape;
  }

  /** {@code [height, width, channels]}. */
  public byte[] pixels() {
    return pixels;
  }

  /** {@code [height, width]}, from 0 to 1. */
  public float[] seen() {
    return seen;
  }

  /** The class. */
  public String label() {
    return label;
  }
}
