package org.sparkdl4j.training;

import java.util.List;
import java.util.Locale;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.node.ArrayNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.minibatch.InputWaits;
import org.sparkdl4j.spec.Json;

/** How a training run ended. */
public final class TrainingResult {
  /** Why a run ended. */
  public enum Reason {
    COMPLETED,
    /** A metric had stopped improving. */
    STOPPED_EARLY,
    /** Whoever watches it wanted its end. */
    STOPPED,
    CANCELLED,
    DIVERGED,
    /** It has not: this is of a checkpoint. */
    RUNNING
  }

  private final Reason reason;
  private final int keptEpoch;
  private final int epoch;
  private final int step;
  private final Integer worker;
  private final InputWaits waits;
  private final ObjectNode earlyStopping;
  private final List<EpochResult> epochs;

  TrainingResult(
      Reason reason,
      int keptEpoch,
      int epoch,
      int step,
      Integer worker,
      InputWaits waits,
      ObjectNode earlyStopping,
      List<EpochResult> epochs) {
    this.reason = reason;
    this.keptEpoch = keptEpoch;
    this.epoch = epoch;
    this.step = step;
    this.worker = worker;
    this.waits = waits;
    this.earlyStopping = earlyStopping;
    this.epochs = List.copyOf(epochs);
  }

  public Reason reason() {
    return reason;
  }

  /** The epoch whose parameters the network has now; 0 when none has finished. */
  public int keptEpoch() {
    return keptEpoch;
  }

  /** The epoch of the last minibatch that was trained; 0 when there was none. */
  public int epoch() {
    return epoch;
  }

  /**
   * The number of that minibatch within its epoch; where the run diverged, the one that showed it.
   */
  public int step() {
    return step;
  }

  /**
   * The averaging worker whose minibatch showed that the run diverged, counted from 0; null where
   * none did, or where one worker trains alone.
   */
  public Integer worker() {
    return worker;
  }

  /** How often training had to wait for its pictures, with the steps of unfinished epochs. */
  public InputWaits waits() {
    return waits;
  }

  /** The finished epochs, in their order. */
  public List<EpochResult> epochs() {
    return epochs;
  }

  /**
   * {@code reason, kept_epoch, epoch, step, input_waits, input_wait_seconds, epochs}; {@code
   * worker} where there is one; where the run could stop early, {@code early_stopping}: {@code
   * metric}, {@code best_epoch}.
   */
  public ObjectNode toJson() {
    ObjectNode json =
        Json.object()
            .put("reason", name(reason))
            .put("kept_epoch", keptEpoch)
            .put("epoch", epoch)
            .put("step", step)
            .put("input_waits", waits.waits())
            .put("input_wait_seconds", waits.seconds());
    if (worker != null) json.put("worker", worker);
    if (earlyStopping != null) json.set("early_stopping", earlyStopping);
    ArrayNode list = json.putArray("epochs");
    for (EpochResult result : epochs) list.add(result.toJson());
    return json;
  }

  /**
   * The error of a run that diverged.
   *
   * @param end what {@link #toJson} gave
   * @return null where the run has not diverged
   */
  public static SparkDl4jException divergence(JsonNode end) {
    if (!end.path("reason").asText().equals(name(Reason.DIVERGED))) return null;
    String sentence =
        "the loss became NaN or infinite in epoch "
            + end.get("epoch")
            + ", minibatch "
            + end.get("step")
            + (end.has("worker") ? ", in worker " + end.get("worker") + " (counted from 0)" : "")
            + ": try a smaller learning rate";
    return new SparkDl4jException(ErrorCode.TRAINING_DIVERGED, sentence)
        .with("epoch", end.get("epoch").asInt())
        .with("step", end.get("step").asInt());
  }

  private static String name(Reason reason) {
    return reason.name().toLowerCase(Locale.ROOT);
  }
}
