package org.sparkdl4j.training;

import org.nd4j.shade.jackson.databind.JsonNode;

/**
 * What a run tells of beside its curves. Each takes time or memory, so it is told only where it was
 * asked for.
 */
public final class Observations {
  /** Nothing. */
  public static final Observations NONE = new Observations(0, false, false);

  private final int samples;
  private final boolean histograms;
  private final boolean validationConfusion;

  private Observations(int samples, boolean histograms, boolean validationConfusion) {
    this.samples = samples;
    this.histograms = histograms;
    this.validationConfusion = validationConfusion;
  }

  /**
   * Reads a request.
   *
   * @param json {@code samples} (how many training pictures to show at the start), {@code
   *     histograms} and {@code validation_confusion} (whether, after every epoch); absent is none
   */
  public static Observations fromJson(JsonNode json) {
    return new Observations(
        json.path("samples").asInt(),
        json.path("histograms").asBoolean(),
        json.path("validation_confusion").asBoolean());
  }

  /** How many training pictures to show at the start. */
  public int samples() {
    return samples;
  }

  /** Whether to tell how parameters and updates are distributed. */
  public boolean histograms() {
    return histograms;
  }

  /** Whether to tell which classes of validation pictures are predicted as which. */
  public boolean validationConfusion() {
    return validationConfusion;
  }
}
