package org.sparkdl4j.training;

import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.spec.Json;

/** What one finished epoch showed. */
public final class EpochResult {
  private final int epoch;
  private final double loss;
  private final double accuracy;
  private final Double validationLoss;
  private final Double validationAccuracy;
  private final double imagesPerSecond;
  private final double seconds;

  EpochResult(
      int epoch,
      double loss,
      double accuracy,
      Double validationLoss,
      Double validationAccuracy,
      double imagesPerSecond,
      double seconds) {
    this.epoch = epoch;
    this.loss = loss;
    this.accuracy = accuracy;
    this.validationLoss = validationLoss;
    this.validationAccuracy = validationAccuracy;
    this.imagesPerSecond = imagesPerSecond;
    this.seconds = seconds;
  }

  /** The epoch's number, from 1. */
  public int epoch() {
    return epoch;
  }

  /** The mean cross-entropy of the training pictures as trained, without regularisation terms. */
  public double loss() {
    return loss;
  }

  /** The share of the training pictures predicted right as trained. */
  public double accuracy() {
    return accuracy;
  }

  /** The mean cross-entropy of the validation pictures after the epoch; null without any. */
  public Double validationLoss() {
    return validationLoss;
  }

  /** The share of the validation pictures predicted right after the epoch; null without any. */
  public Double validationAccuracy() {
    return validationAccuracy;
  }

  /** Training pictures per second, validation not counted. */
  public double imagesPerSecond() {
    return imagesPerSecond;
  }

  /** The epoch's duration, validation included. */
  public double seconds() {
    return seconds;
  }

  /** Whether this epoch is better: higher validation accuracy; ties: lower validation loss. */
  boolean isBetterThan(EpochResult other) {
    int byAccuracy = Double.compare(validationAccuracy, other.validationAccuracy);
    return byAccuracy > 0 || byAccuracy == 0 && validationLoss < other.validationLoss;
  }

  /** The values by their names in {@code history.json}. */
  public ObjectNode toJson() {
    return Json.object()
        .put("epoch", epoch)
        .put("loss", loss)
        .put("accuracy", accuracy)
        .put("validation_loss", validationLoss)
        .put("validation_accuracy", validationAccuracy)
        .put("images_per_second", imagesPerSecond)
        .put("seconds", seconds);
  }
}
