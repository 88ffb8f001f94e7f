package org.sparkdl4j.model;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;
import org.nd4j.shade.jackson.databind.node.ArrayNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.dataset.LabeledImages;
import org.sparkdl4j.dataset.ScalerKind;
import org.sparkdl4j.dataset.StandardScaler;
import org.sparkdl4j.file.LocalFiles;
import org.sparkdl4j.image.DecodeOptions;
import org.sparkdl4j.network.NetworkSpec;
import org.sparkdl4j.spec.Options;
import org.sparkdl4j.training.TrainingEvent;
import org.sparkdl4j.training.TrainingOptions;

/**
 * The training of one trial of a search, or a part of it: from a request to what the classifier
 * says of the pictures to validate with. It is an ordinary training on one machine, so the same
 * request gives the same numbers in whichever process it runs; and a training in parts gives those
 * of one in a piece, since every part goes on from the checkpoint of the one before.
 */
public final class TrialTraining {
  private static final int PREDICTED_AT_ONCE = 256;
  private static final long POLL_MILLIS = 100;

  private final ObjectNode request;
  private final LabeledImages train;
  private final LabeledImages validation;
  private volatile boolean cancelled;

  /**
   * A training that has not started.
   *
   * @param request {@code network}, {@code network_options}, {@code training_options}, {@code
   *     labels}, {@code image}, as {@link ClassifierTraining} takes them; {@code early_stopping}
   *     and {@code reduce_on_plateau}, as {@link ClassifierTraining#decideBy} does; {@code
   *     until_epoch}: after which epoch to pause, if that is not the last one
   * @param train labelled pictures, whose scaler is fitted here
   * @param validation pictures that decide which epoch is kept, and that are predicted in the end;
   *     null for none
   */
  public TrialTraining(ObjectNode request, LabeledImages train, LabeledImages validation) {
    this.request = request;
    this.train = train;
    this.validation = validation;
  }

  /** Ends {@link #run} before the next minibatch. May be called at any time, from any thread. */
  public void cancel() {
    cancelled = true;
  }

  /**
   * Trains, until the end or the pause; the calling thread waits.
   *
   * @param resume the checkpoint of the part before; null for the first one
   * @param checkpoint a file that receives the state of a training that is paused
   * @param isCancelled asked again and again whether {@link #cancel} is meant
   * @throws org.sparkdl4j.error.SparkDl4jException as {@link ClassifierTraining}
   */
  public TrialResult run(Path resume, Path checkpoint, BooleanSupplier isCancelled) {
    ObjectNode options = (ObjectNode) request.get("training_options");
    int epochs = new TrainingOptions(options).epochs();
    int until = Math.min(request.get("until_epoch").intValue(), epochs);
    ScalerKind kind = ScalerKind.of(new Options("training", own(options)).string("standardize"));
    ClassifierTraining training =
        new ClassifierTraining(
            NetworkSpec.of((ObjectNode) request.get("network")),
            (ObjectNode) request.get("network_options"),
            options,
            (ArrayNode) request.get("labels"),
            DecodeOptions.fromJson((ObjectNode) request.get("image")),
            StandardScaler.fit(kind, train),
            train,
            validation);
    training.decideBy(
        new LocalFiles(), decisions(resume, until < epochs ? checkpoint : null, until));
    training.start();
    follow(training, until, isCancelled);
    try (ImageClassifier classifier = training.result()) {
      ObjectNode summary = classifier.metadata().training().deepCopy();
      summary.remove("options");
      float[] predicted =
          validation == null ? new float[0] : classifier.predict(validation, PREDICTED_AT_ONCE);
      return new TrialResult(summary, bytes(predicted));
    }
  }

  /** Without those of the augmentation, which are a group of their own. */
  private static ObjectNode own(ObjectNode options) {
    ObjectNode own = options.deepCopy();
    own.remove(TrainingOptions.AUGMENTATION);
    return own;
  }

  private ObjectNode decisions(Path resume, Path checkpoint, int until) {
    ObjectNode decisions = request.deepCopy();
    if (resume != null) decisions.put("resume", resume.toString());
    if (checkpoint != null) {
      decisions.put("await_answers", true);
      decisions
          .putArray("checkpoints")
          .addObject()
          .put("path", checkpoint.toString())
          .put("every", until);
    }
    return decisions;
  }

  private void follow(ClassifierTraining training, int until, BooleanSupplier isCancelled) {
    while (true) {
      if (isCancelled.getAsBoolean() || Thread.interrupted()) cancelled = true;
      if (cancelled) training.cancel();
      TrainingEvent event = training.next(POLL_MILLIS);
      if (event == null) continue;
      switch (event.type()) {
        case "epoch":
          training.answer(event.toJson().get("epoch").intValue() < until);
          break;
        case "end":
        case "error":
          return;
        default:
          break;
      }
    }
  }

  /** Little-endian, as numpy reads it at once. */
  private static byte[] bytes(float[] values) {
    ByteBuffer buffer =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    buffer.asFloatBuffer().put(values);
    return buffer.array();
  }
}
