package org.sparkdl4j.image;

import java.util.Locale;

/** Why a picture cannot be used. */
public enum DamageReason {
  /** The file cannot be opened or read. */
  UNREADABLE,
  /** The file has no bytes. */
  EMPTY,
  /** The bytes are of no format that is supported. */
  NOT_A_PICTURE,
  /** The file ends before the picture does. */
  TRUNCATED,
  /** The header declares more pixels than allowed; nothing was decoded. */
  TOO_MANY_PIXELS,
  /** It has fewer rows or columns than a preprocessing step cuts out. */
  TOO_SMALL,
  /** The file contradicts its format, or the decoder rejects it. */
  CORRUPT,
  /** The file is sound, but of a variant of its format that is not supported. */
  UNSUPPORTED;

  /** The name in reports, such as {@code too_many_pixels}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The reason with that {@link #label}. */
  public static DamageReason labelled(String label) {
    return valueOf(label.toUpperCase(Locale.ROOT));
  }
}
