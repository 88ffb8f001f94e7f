package org.sparkdl4j.preprocessing;

import java.util.Locale;

/** What is kept of a complex number of a Fourier transform. */
public enum Spectrum {
  /** log(1 + magnitude). */
  LOG_MAGNITUDE,
  /** The distance from 0. */
  MAGNITUDE,
  /** The angle, from -pi to pi. */
  PHASE;

  /** By its name in options, such as {@code log_magnitude}. */
  public static Spectrum of(String name) {
    return valueOf(name.toUpperCase(Locale.ROOT));
  }

  /** The value; StrictMath, so that all machines give the same. */
  public float of(double real, double imaginary) {
    if (this == PHASE) return (float) StrictMath.atan2(imaginary, real);
    double magnitude = StrictMath.sqrt(real * real + imaginary * imaginary);
    return (float) (this == MAGNITUDE ? magnitude : StrictMath.log1p(magnitude));
  }
}
