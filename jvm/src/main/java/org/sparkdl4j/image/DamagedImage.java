package org.sparkdl4j.image;

import java.nio.file.Path;

/** A file that was left out, and why. */
public final class DamagedImage {
  private final Path path;
  private final DamageReason reason;
  private final String detail;

  public DamagedImage(Path path, DamageReason reason, String detail) {
    this.path = path;
    this.reason = reason;
    this.detail = detail;
  }

  public Path path() {
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
    return path + " (" + reason.label() + ": " + detail + ")";
  }
}
