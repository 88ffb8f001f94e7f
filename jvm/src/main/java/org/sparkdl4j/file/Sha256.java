package org.sparkdl4j.file;

import java.math.BigInteger;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** SHA-256 sums. */
public final class Sha256 {
  private Sha256() {}

  /** A digest of nothing yet. */
  public static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has SHA-256", e);
    }
  }

  /** What a digest gives, as 64 hexadecimal digits; it starts anew. */
  public static String hex(MessageDigest digest) {
    return String.format("%064x", new BigInteger(1, digest.digest()));
  }
}
