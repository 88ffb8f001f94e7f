package org.sparkdl4j.training;

import java.util.ArrayList;
import java.util.List;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.node.ArrayNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.dataset.LabelSums;
import org.sparkdl4j.dl4j.NetworkState;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.minibatch.InputWaits;
import org.sparkdl4j.spec.Json;

/**
 * A run between two rounds: all that another run needs, beside the same pictures and options, to go
 * on as this one would have done, bit by bit.
 */
public final class Checkpoint {
  /** Pictures of an epoch where a new run goes on, which may have others. */
  private static final int ANY = 0;

  private final NetworkState state;
  private final NetworkState kept;
  private final int keptEpoch;
  private final List<EpochResult> epochs;
  private final EpochProgress progress;
  private final int minibatchesPerEpoch;
  private final long examplesPerEpoch;
  private final long labelSum;
  private final long weightSum;

  private Checkpoint(
      NetworkState state,
      NetworkState kept,
      int keptEpoch,
      List<EpochResult> epochs,
      EpochProgress progress,
      int minibatchesPerEpoch,
      long examplesPerEpoch,
      long labelSum,
      long weightSum) {
    this.state = state;
    this.kept = kept;
    this.keptEpoch = keptEpoch;
    this.epochs = List.copyOf(epochs);
    this.progress = progress;
    this.minibatchesPerEpoch = minibatchesPerEpoch;
    this.examplesPerEpoch = examplesPerEpoch;
    this.labelSum = labelSum;
    this.weightSum = weightSum;
  }

  /**
   * A checkpoint.
   *
   * @param state of the network now; not copied, so valid until training goes on
   * @param kept what the run would end with now; {@code state} where it is the same
   * @param keptEpoch the epoch of {@code kept}; 0 for the first parameters
   * @param epochs those that have finished
   * @param progress of the epoch after them
   */
  static Checkpoint of(
      NetworkState state,
      NetworkState kept,
      int keptEpoch,
      List<EpochResult> epochs,
      EpochProgress progress,
      MinibatchTraining minibatches) {
    LabelSums sums = minibatches.labelSums();
    return new Checkpoint(
        state,
        kept,
        keptEpoch,
        epochs,
        progress,
        minibatches.minibatchesPerEpoch(),
        minibatches.examplesPerEpoch(),
        sums.labels(),
        sums.weights());
  }

  /**
   * The end of a run, for another one to go on from with any pictures.
   *
   * @param state what the run has kept
   * @param keptEpoch the epoch of {@code state}; 0 for the first parameters
   * @param epochs all of the run, as {@link EpochResult#toJson} wrote them
   * @throws SparkDl4jException DATA_FORMAT
   */
  public static Checkpoint ofEnd(NetworkState state, int keptEpoch, ArrayNode epochs) {
    ObjectNode json = Json.object().put("kept_epoch", keptEpoch);
    json.set("epochs", epochs);
    json.set("progress", new EpochProgress().toJson());
    json.put("minibatches_per_epoch", ANY).put("examples_per_epoch", ANY);
    json.put("label_sum", ANY).put("weight_sum", ANY);
    return fromJson(json, state, state);
  }

  /**
   * Reads what {@link #toJson} wrote.
   *
   * @param kept null where it is the same as {@code state}
   * @throws SparkDl4jException DATA_FORMAT
   */
  public static Checkpoint fromJson(ObjectNode json, NetworkState state, NetworkState kept) {
    try {
      List<EpochResult> epochs = new ArrayList<>();
      for (JsonNode epoch : json.get("epochs")) {
        epochs.add(EpochResult.fromJson((ObjectNode) epoch));
      }
      int keptEpoch = json.get("kept_epoch").intValue();
      if (keptEpoch < 0 || keptEpoch > epochs.size()) {
        throw new IllegalArgumentException("kept_epoch " + keptEpoch);
      }
      return new Checkpoint(
          state,
          kept == null ? state : kept,
          keptEpoch,
          epochs,
          EpochProgress.fromJson((ObjectNode) json.get("progress")),
          json.get("minibatches_per_epoch").intValue(),
          json.get("examples_per_epoch").longValue(),
          json.get("label_sum").longValue(),
          json.get("weight_sum").longValue());
    } catch (NullPointerException | ClassCastException | IllegalArgumentException e) {
      throw new SparkDl4jException(
          ErrorCode.DATA_FORMAT, "the checkpoint lacks what a run needs to go on: " + e, e);
    }
  }

  /** All but the networks' states. */
  public ObjectNode toJson() {
    ObjectNode json = Json.object().put("kept_epoch", keptEpoch);
    ArrayNode list = json.putArray("epochs");
    for (EpochResult epoch : epochs) list.add(epoch.toJson());
    json.set("progress", progress.toJson());
    return json.put("minibatches_per_epoch", minibatchesPerEpoch)
        .put("examples_per_epoch", examplesPerEpoch)
        .put("label_sum", labelSum)
        .put("weight_sum", weightSum);
  }

  /** How the run stands, as if it had ended here. */
  public TrainingResult result() {
    int finished = epochs.size();
    int steps = progress.steps();
    return new TrainingResult(
        TrainingResult.Reason.RUNNING,
        finished,
        steps == 0 ? finished : finished + 1,
        steps == 0 && finished > 0 ? minibatchesPerEpoch : steps,
        null,
        InputWaits.NONE,
        null,
        epochs);
  }

  /** The network's state. */
  public NetworkState state() {
    return state;
  }

  /** What the run would end with now; may be {@link #state} itself. */
  public NetworkState kept() {
    return kept;
  }

  /** The epoch of {@link #kept}; 0 for the first parameters. */
  public int keptEpoch() {
    return keptEpoch;
  }

  /** The epochs that have finished. */
  public List<EpochResult> epochs() {
    return epochs;
  }

  /** Minibatches of the whole run so far. */
  long steps() {
    return (long) epochs.size() * minibatchesPerEpoch + progress.steps();
  }

  /** Of the epoch after them. */
  EpochProgress progress() {
    return progress;
  }

  /**
   * Makes sure that a run has as many pictures and minibatches as the one before, with the same
   * labels and weights, where it must.
   *
   * @throws SparkDl4jException CHECKPOINT_MISMATCH
   */
  void requireSamePictures(MinibatchTraining minibatches) {
    if (examplesPerEpoch == ANY) return;
    if (minibatches.examplesPerEpoch() != examplesPerEpoch
        || minibatches.minibatchesPerEpoch() != minibatchesPerEpoch) {
      throw new SparkDl4jException(
          ErrorCode.CHECKPOINT_MISMATCH,
          "the checkpoint is of a run with "
              + examplesPerEpoch
              + " training pictures in "
              + minibatchesPerEpoch
              + " minibatches, but now there are "
              + minibatches.examplesPerEpoch()
              + " in "
              + minibatches.minibatchesPerEpoch()
              + ": resume with the same pictures");
    }
    LabelSums sums = minibatches.labelSums();
    if (sums.labels() != labelSum) throw otherwise("labels");
    if (sums.weights() != weightSum) throw otherwise("weights");
  }

  private static SparkDl4jException otherwise(String what) {
    return new SparkDl4jException(
        ErrorCode.CHECKPOINT_MISMATCH,
        "the checkpoint is of a run in which the pictures had other "
            + what
            + ", or another order: resume with the same "
            + what
            + " in the same order");
  }
}
