package org.sparkdl4j.training;

import java.util.List;
import org.nd4j.shade.jackson.databind.node.ArrayNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.dl4j.ParameterHistograms;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.spec.Json;

/**
 * Something that happened in a training run. Epochs and steps count from 1; seconds count from the
 * start of the epoch.
 *
 * <p>{@code start}: {@code epochs}, {@code steps_per_epoch}, {@code examples}, {@code finished}
 * (the epochs of the run that this one resumes, as {@code epoch} events hold them). {@code
 * minibatch}: {@code epoch}, {@code step}, {@code steps_per_epoch}, {@code examples} (trained so
 * far in the epoch), {@code loss} and {@code accuracy} (of the minibatch, or of all of a round of
 * averaging workers), {@code learning_rate} (of the last of them), {@code images_per_second},
 * {@code seconds}. {@code epoch}: what {@link EpochResult} holds. {@code end}: what {@link
 * TrainingResult} holds, without the history. {@code error}: {@code code}, {@code message}, {@code
 * details}.
 *
 * <p>Where {@link Observations} ask for them: {@code samples}, after the start of a run that
 * resumes none: what {@link SamplePictures} holds. Before the {@code epoch} event, and with its
 * {@code epoch}: {@code histograms}: {@code parameters} and {@code updates}, what {@link
 * ParameterHistograms} gives, the latter absent after an epoch that was resumed in its midst;
 * {@code validation_confusion}: {@code counts}, rows actual, columns predicted.
 */
public final class TrainingEvent {
  private final String type;
  private final ObjectNode json;

  private TrainingEvent(String type, ObjectNode fields) {
    this.type = type;
    json = Json.object().put("type", type);
    json.setAll(fields);
  }

  static TrainingEvent start(
      int epochs, int stepsPerEpoch, long examples, List<EpochResult> finished) {
    ObjectNode fields =
        Json.object()
            .put("epochs", epochs)
            .put("steps_per_epoch", stepsPerEpoch)
            .put("examples", examples);
    ArrayNode list = fields.putArray("finished");
    for (EpochResult epoch : finished) list.add(epoch.toJson());
    return new TrainingEvent("start", fields);
  }

  static TrainingEvent minibatch(
      int epoch,
      int step,
      int stepsPerEpoch,
      long examples,
      long examplesOfThisRun,
      double loss,
      double accuracy,
      double learningRate,
      double seconds) {
    return new TrainingEvent(
        "minibatch",
        Json.object()
            .put("epoch", epoch)
            .put("step", step)
            .put("steps_per_epoch", stepsPerEpoch)
            .put("examples", examples)
            .put("loss", loss)
            .put("accuracy", accuracy)
            .put("learning_rate", learningRate)
            .put("images_per_second", examplesOfThisRun / seconds)
            .put("seconds", seconds));
  }

  static TrainingEvent samples(SamplePictures pictures) {
    return new TrainingEvent("samples", pictures.toJson());
  }

  static TrainingEvent histograms(int epoch, ArrayNode parameters, ArrayNode updates) {
    ObjectNode fields = Json.object().put("epoch", epoch);
    fields.set("parameters", parameters);
    if (updates != null) fields.set("updates", updates);
    return new TrainingEvent("histograms", fields);
  }

  static TrainingEvent validationConfusion(int epoch, long[][] counts) {
    ObjectNode fields = Json.object().put("epoch", epoch);
    fields.set("counts", Json.of(counts));
    return new TrainingEvent("validation_confusion", fields);
  }

  static TrainingEvent epoch(EpochResult result) {
    return new TrainingEvent("epoch", result.toJson());
  }

  static TrainingEvent end(TrainingResult result) {
    ObjectNode fields = result.toJson();
    fields.remove("epochs");
    return new TrainingEvent("end", fields);
  }

  static TrainingEvent error(SparkDl4jException failure) {
    ObjectNode fields =
        Json.object().put("code", failure.code().name()).put("message", failure.getMessage());
    fields.set("details", Json.of(failure.details()));
    return new TrainingEvent("error", fields);
  }

  /** Which of those above it is. */
  public String type() {
    return type;
  }

  /** The event with its {@code type}. */
  public ObjectNode toJson() {
    return json.deepCopy();
  }
}
