package org.sparkdl4j.spark;

import java.io.Serializable;
import org.sparkdl4j.image.DamageReason;

/** A row whose picture was left out, and why. */
public final class DamagedPicture implements Serializable {
  private static final long serialVersionUID = 1;

  private final String path;
  private final DamageReason reason;
  private final String detail;

  DamagedPicture(String path, DamageReason reason, String detail) {
    this.path = path;
    this.reason = reason;
    this.detail = detail;
  }

  /** The value of the column {@code path}; null where there is none. */
  public String path() {
    return path;
  }

  public DamageReason reason() {
    return reason;
  }

  /** What was found, in words. */
  public String detail() {
    return detail;
  }

  @Override
  public String toString() {
    return (path == null ? "a picture" : path) + " (" + reason.label() + ": " + detail + ")";
  }
}
