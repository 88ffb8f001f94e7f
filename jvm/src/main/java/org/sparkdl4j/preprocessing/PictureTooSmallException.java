package org.sparkdl4j.preprocessing;

/** A picture that has fewer rows or columns than a step cuts out of it. */
public final class PictureTooSmallException extends Exception {
  private static final long serialVersionUID = 1;

  PictureTooSmallException(String detail) {
    super(detail, null, false, false);
  }
}
