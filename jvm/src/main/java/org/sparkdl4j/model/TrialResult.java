package org.sparkdl4j.model;

import java.io.Serializable;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.spec.Json;

/** What a {@link TrialTraining}, or a part of one, has given. */
public final class TrialResult implements Serializable {
  private static final long serialVersionUID = 1;

  private final String summary;
  private final byte[] probabilities;

  TrialResult(ObjectNode summary, byte[] probabilities) {
    this.summary = Json.write(summary);
    this.probabilities = probabilities;
  }

  /**
   * How the training went: JSON, what {@link org.sparkdl4j.training.TrainingResult} says, with the
   * epochs as {@code history}. Its {@code reason} is {@code stopped} of a training that is paused.
   */
  public String summary() {
    return summary;
  }

  /**
   * Of the pictures to validate with: float32, little-endian, one row a picture. Of the parameters
   * that a training would keep that ended here.
   */
  public byte[] probabilities() {
    return probabilities.clone();
  }
}
