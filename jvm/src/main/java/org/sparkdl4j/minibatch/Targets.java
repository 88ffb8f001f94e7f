package org.sparkdl4j.minibatch;

import org.sparkdl4j.augmentation.Mixup;

/**
 * What a network should say of the pictures of a minibatch, and by how much each counts. A picture
 * that was mixed of two has two labels, and the share of the first.
 */
public final class Targets {
  private final int[] labels;
  private final int[] others;
  private final double[] shares;
  private final float[] weights;

  private Targets(int[] labels, int[] others, double[] shares, float[] weights) {
    this.labels = labels;
    this.others = others;
    this.shares = shares;
    this.weights = weights;
  }

  /**
   * Of pictures with one label each; nothing is copied.
   *
   * @param labels the class of each picture
   * @param weights by which each picture's loss is multiplied; null for 1 each
   */
  public static Targets of(int[] labels, float[] weights) {
    return new Targets(labels, labels, null, weights);
  }

  /**
   * Of pictures with two labels each; nothing is copied.
   *
   * @param labels the first class of each picture
   * @param others the second one
   * @param shares those of the first, 0 to 1
   * @param weights by which each picture's loss is multiplied; null for 1 each
   */
  public static Targets of(int[] labels, int[] others, double[] shares, float[] weights) {
    return new Targets(labels, others, shares, weights);
  }

  /**
   * Of the same pictures once they are mixed. Each of two labels brings the weight of its picture,
   * as if the loss were the sum of both pictures' losses by their shares.
   */
  Targets mixed(Mixup mixup) {
    int[] partners = new int[size()];
    double[] ofOwn = new double[size()];
    float[] ofBoth = weights == null ? null : new float[size()];
    for (int i = 0; i < size(); i++) {
      int partner = mixup.partner(i);
      partners[i] = labels[partner];
      ofOwn[i] = mixup.share(i);
      if (weights == null) continue;
      double own = ofOwn[i] * weights[i];
      double both = own + (1 - ofOwn[i]) * weights[partner];
      ofBoth[i] = (float) both;
      if (both > 0) ofOwn[i] = own / both;
    }
    return new Targets(labels, partners, ofOwn, ofBoth);
  }

  /** The number of pictures. */
  public int size() {
    return labels.length;
  }

  /** The class of each picture, the first one where there are two. */
  public int[] labels() {
    return labels;
  }

  /** The second class of each picture; the first one once more where there is no other. */
  public int[] others() {
    return others;
  }

  /** The share of the first class of a picture, 0 to 1. */
  public double share(int picture) {
    return shares == null ? 1 : shares[picture];
  }

  /** The class that a picture shows most of; the first one of two that are equal. */
  public int largest(int picture) {
    return share(picture) >= 0.5 ? labels[picture] : others[picture];
  }

  /** By how much the loss of each picture counts; null: all by 1. */
  public float[] weights() {
    return weights;
  }
}
