package org.sparkdl4j.dataset;

import java.util.Locale;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;

/** What has a mean and a scale of its own. */
public enum ScalerKind {
  /** Every channel of every pixel. */
  FEATURE,
  /** Every channel. */
  CHANNEL,
  /** Nothing: values are left as they are. */
  NONE;

  /** The name in files and options, such as {@code feature}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The kind by its label; PARAMETER_RANGE when there is none. */
  public static ScalerKind of(String label) {
    for (ScalerKind kind : values()) {
      if (kind.label().equals(label)) return kind;
    }
    throw new SparkDl4jException(
            ErrorCode.PARAMETER_RANGE,
            "standardize must be feature, channel or none, but is " + label)
        .with("parameter", "standardize");
  }
}
