package org.sparkdl4j.image;

import java.io.Serializable;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.spec.Json;

/** A file that was left out, and why. */
public final class DamagedImage implements Serializable {
  private static final long serialVersionUID = 1;

  private final String path;
  private final DamageReason reason;
  private final String detail;

  /**
   * A finding.
   *
   * @param path of the file; null where it is unknown
   * @param detail what was found, in words
   */
  public DamagedImage(String path, DamageReason reason, String detail) {
    this.path = path;
    this.reason = reason;
    this.detail = detail;
  }

  /** Null where it is unknown. */
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

  /** {@code path}, {@code reason} (its label) and {@code detail}. */
  public ObjectNode toJson() {
    return Json.object().put("path", path).put("reason", reason.label()).put("detail", detail);
  }

  @Override
  public String toString() {
    return (path == null ? "a picture" : path) + " (" + reason.label() + ": " + detail + ")";
  }
}
