package org.sparkdl4j.image;

/** A picture that cannot be used. Carries no stack trace: it is a finding, not a failure. */
public final class DamagedImageException extends Exception {
  private final DamageReason reason;

  public DamagedImageException(DamageReason reason, String detail) {
    super(detail, null, false, false);
    this.reason = reason;
  }

  public DamageReason reason() {
    return reason;
  }

  /** What was found, in words. */
  public String detail() {
    return getMessage();
  }
}
