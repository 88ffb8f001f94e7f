package org.sparkdl4j.spark;

import java.io.Serializable;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Where a picture belongs among all others: by its content, and not by the file or partition that
 * it came from, so that however Spark packs the rows, every worker gets the same pictures in the
 * same order. Pictures with the same key are the same.
 */
final class PictureKey implements Comparable<PictureKey>, Serializable {
  private static final long serialVersionUID = 1;
  private static final int BUCKET_BITS = 16;

  /** By which pictures are counted and dealt out. */
  static final int BUCKETS = 1 << BUCKET_BITS;

  private final long hash;
  private final int label;
  private final float weight;
  private final boolean isValidation;

  private PictureKey(long hash, int label, float weight, boolean isValidation) {
    this.hash = hash;
    this.label = label;
    this.weight = weight;
    this.isValidation = isValidation;
  }

  /** The key of a picture with that content; {@code seed} deals out differently. */
  static PictureKey of(byte[] content, int label, float weight, boolean isValidation, long seed) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(ByteBuffer.allocate(Long.BYTES).putLong(0, seed).array());
      return new PictureKey(
          ByteBuffer.wrap(digest.digest(content)).getLong(), label, weight, isValidation);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** Of content and seed. */
  long hash() {
    return hash;
  }

  /** 0 to {@link #BUCKETS} - 1, in the order of the keys. */
  int bucket() {
    return bucket(hash);
  }

  /** The bucket of the keys with a hash. */
  static int bucket(long hash) {
    return (int) (hash >>> Long.SIZE - BUCKET_BITS);
  }

  @Override
  public int compareTo(PictureKey other) {
    int order = Long.compareUnsigned(hash, other.hash);
    if (order == 0) order = Integer.compare(label, other.label);
    if (order == 0) order = Float.compare(weight, other.weight);
    return order == 0 ? Boolean.compare(isValidation, other.isValidation) : order;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PictureKey && compareTo((PictureKey) other) == 0;
  }

  @Override
  public int hashCode() {
    return Long.hashCode(hash);
  }
}
