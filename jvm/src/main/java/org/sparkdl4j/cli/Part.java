package org.sparkdl4j.cli;

import java.util.function.Consumer;
import java.util.function.DoubleConsumer;

/** What {@code --test} or {@code --validation} names: a folder, a share of the data, or nothing. */
final class Part {
  private final String folder;
  private final double fraction;

  private Part(String folder, double fraction) {
    this.folder = folder;
    this.fraction = fraction;
  }

  /**
   * Reads an option.
   *
   * @throws UsageException for a number that is no share
   */
  static Part of(Arguments arguments, String option) {
    String given = arguments.get(option, null);
    if (given == null) return new Part(null, 0);
    double fraction;
    try {
      fraction = Double.parseDouble(given);
    } catch (NumberFormatException e) {
      return new Part(given, 0);
    }
    if (!(fraction > 0 && fraction < 1)) {
      throw new UsageException(
          "--" + option + ": a fraction must be above 0 and below 1, not " + given);
    }
    return new Part(null, fraction);
  }

  /** Whether a share of the data was named. */
  boolean isFraction() {
    return fraction > 0;
  }

  /** Calls the one that takes what was named, and none where nothing was. */
  void take(Consumer<String> ofFolder, DoubleConsumer ofFraction) {
    if (folder != null) ofFolder.accept(folder);
    else if (fraction > 0) ofFraction.accept(fraction);
  }
}
