package org.sparkdl4j.training;

import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.minibatch.InputWaits;
import org.sparkdl4j.spec.Json;

/** What one finished epoch showed. */
public final class EpochResult {
  private final int epoch;
  private final double loss;
  private final double accuracy;
  private final Double validationLoss;
  private final Double validationAccuracy;
  private final double learningRate;
  private final double imagesPerSecond;
  private final double seconds;
  private final InputWaits waits;

  EpochResult(
      int epoch,
      double loss,
      double accuracy,
      Double validationLoss,
      Double validationAccuracy,
      double learningRate,
      double imagesPerSecond,
      double seconds,
      InputWaits waits) {
    this.epoch = epoch;
    this.loss = loss;
    this.accuracy = accuracy;
    this.validationLoss = validationLoss;
    this.validationAccuracy = validationAccuracy;
    this.learningRate = learningRate;
    this.imagesPerSecond = imagesPerSecond;
    this.seconds = seconds;
    this.waits = waits;
  }

  /** Reads what {@link #toJson} wrote. */
  static EpochResult fromJson(ObjectNode json) {
    return new EpochResult(
        json.get("epoch").intValue(),
        json.get("loss").doubleValue(),
        json.get("accuracy").doubleValue(),
        orNull(json.get("validation_loss")),
        orNull(json.get("validation_accuracy")),
        json.get("learning_rate").doubleValue(),
        json.get("images_per_second").doubleValue(),
        json.get("seconds").doubleValue(),
        new InputWaits(
            0, json.get("input_waits").longValue(), json.get("input_wait_seconds").doubleValue()));
  }

  private static Double orNull(JsonNode number) {
    return number.isNull() ? null : (Double) number.doubleValue();
  }

  /** The epoch's number, from 1. */
  public int epoch() {
    return epoch;
  }

  /**
   * The mean loss of the training pictures as trained, without regularisation terms. Where they
   * have weights: the sum of weight times loss, divided by the number of pictures.
   */
  public double loss() {
    return loss;
  }

  /** The share of the training pictures predicted right as trained, whatever their weights. */
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

  /** The learning rate of the epoch's last minibatch. */
  public double learningRate() {
    return learningRate;
  }

  /** Training pictures per second, validation not counted. */
  public double imagesPerSecond() {
    return imagesPerSecond;
  }

  /** The epoch's duration, validation included. */
  public double seconds() {
    return seconds;
  }

  /** How often training had to wait for its pictures in this epoch. */
  public InputWaits waits() {
    return waits;
  }

  /**
   * Whether this epoch, which was validated, is better: higher validation accuracy; ties: lower
   * validation loss. Every one is better than one that was not validated.
   */
  boolean isBetterThan(EpochResult other) {
    if (other.validationAccuracy == null) return true;
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
        .put("learning_rate", learningRate)
        .put("images_per_second", imagesPerSecond)
        .put("seconds", seconds)
        .put("input_waits", waits.waits())
        .put("input_wait_seconds", waits.seconds());
  }
}
