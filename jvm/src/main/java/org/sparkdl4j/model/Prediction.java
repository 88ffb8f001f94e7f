package org.sparkdl4j.model;

import java.util.List;
import org.nd4j.shade.jackson.databind.JsonNode;

/** What a classifier says about one picture. */
public final class Prediction {
  private final JsonNode label;
  private final int index;
  private final float[] probabilities;
  private final List<String> labels;

  Prediction(JsonNode label, int index, float[] probabilities, List<String> labels) {
    this.label = label;
    this.index = index;
    this.probabilities = probabilities;
    this.labels = labels;
  }

  /** The most probable label as text; ties: the first. */
  public String label() {
    return label.asText();
  }

  /** The label with the type that it had in training. */
  public JsonNode typedLabel() {
    return label;
  }

  /** All labels of the classifier as text, in the order of the probabilities. */
  public List<String> labels() {
    return labels;
  }

  /** The label's place in the classifier's labels. */
  public int index() {
    return index;
  }

  /** The label's probability. */
  public float probability() {
    return probabilities[index];
  }

  /** The probability of every label, in the order of the classifier's labels. */
  public float[] probabilities() {
    return probabilities.clone();
  }
}
