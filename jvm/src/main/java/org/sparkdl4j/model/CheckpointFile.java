package org.sparkdl4j.model;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.dl4j.NetworkState;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.file.AtomicFile;
import org.sparkdl4j.plan.NetworkCore;
import org.sparkdl4j.spec.Json;
import org.sparkdl4j.training.Checkpoint;

/**
 * The checkpoint file: the model file of the network as it is in the middle of a run, with entries
 * for what else the run needs to go on.
 */
final class CheckpointFile {
  private static final String RUN = "sparkdl4j/checkpoint.json";
  private static final String KEPT_PARAMETERS = "sparkdl4j/keptCoefficients.bin";
  private static final String KEPT_UPDATER = "sparkdl4j/keptUpdaterState.bin";

  /** What a checkpoint has beside a model file's entries. */
  static final Set<String> ENTRIES = Set.of(RUN, KEPT_PARAMETERS, KEPT_UPDATER);

  private static final long MAX_RUN = 64L << 20;

  private final Checkpoint checkpoint;
  private final ObjectNode setup;
  private final String tuning;

  private CheckpointFile(Checkpoint checkpoint, ObjectNode setup, String tuning) {
    this.checkpoint = checkpoint;
    this.setup = setup;
    this.tuning = tuning;
  }

  /**
   * Writes a checkpoint.
   *
   * @param classifier whose network has the checkpoint's state
   * @param setup all that another run must have the same
   */
  static void write(
      OutputStream out, ImageClassifier classifier, Checkpoint checkpoint, ObjectNode setup)
      throws IOException {
    ModelFile.write(out, classifier, entries(checkpoint, setup));
  }

  /**
   * Writes a checkpoint of a network that is no classifier of pictures.
   *
   * @param core the network, which has the checkpoint's state
   * @param setup all that another run must have the same
   */
  static void write(OutputStream out, NetworkCore core, Checkpoint checkpoint, ObjectNode setup)
      throws IOException {
    ObjectNode description = Json.object().put("tuning", core.tuning());
    ModelFile.write(out, core, description, entries(checkpoint, setup));
  }

  private static Map<String, AtomicFile.Content> entries(Checkpoint checkpoint, ObjectNode setup) {
    ObjectNode json = Json.object();
    json.set("setup", setup);
    json.set("run", checkpoint.toJson());
    json.set("state", counts(checkpoint.state()));
    Map<String, AtomicFile.Content> entries = new LinkedHashMap<>();
    NetworkState kept = checkpoint.kept();
    if (kept != checkpoint.state()) {
      json.set("kept", counts(kept));
      entries.put(KEPT_PARAMETERS, entry -> write(kept.parameters(), entry));
      if (kept.updater().length > 0) {
        entries.put(KEPT_UPDATER, entry -> write(kept.updater(), entry));
      }
    }
    entries.put(RUN, entry -> entry.write(json.toString().getBytes(StandardCharsets.UTF_8)));
    return entries;
  }

  private static ObjectNode counts(NetworkState state) {
    return Json.object().put("iteration", state.iteration()).put("epoch", state.epoch());
  }

  /**
   * Reads a checkpoint; it is trusted no more than a model file.
   *
   * @throws org.sparkdl4j.error.SparkDl4jException as {@link ModelFile#read}; CHECKPOINT_MISMATCH
   *     for a model file that is no checkpoint
   */
  static CheckpointFile read(Path path) {
    return ModelFile.read(path, CheckpointFile::read);
  }

  private static CheckpointFile read(SafeZip zip, ObjectNode model) throws IOException {
    requireRun(zip);
    try (ImageClassifier classifier = ModelFile.readClassifier(zip, model)) {
      ObjectNode json = ModelFile.readJson(zip, model, RUN, MAX_RUN);
      String tuning = classifier.metadata().tuning();
      return read(zip, model, json, classifier.core().snapshot(), tuning);
    }
  }

  /**
   * Reads what {@link #write(OutputStream, NetworkCore, Checkpoint, ObjectNode)} wrote.
   *
   * @param setup the run's own, which must be the same
   * @param like a state of the network
   * @throws org.sparkdl4j.error.SparkDl4jException as {@link #read(Path)}
   */
  static CheckpointFile read(Path path, TrainingSetup setup, NetworkState like) {
    return ModelFile.read(
        path,
        (zip, model) -> {
          requireRun(zip);
          ObjectNode json = ModelFile.readJson(zip, model, RUN, MAX_RUN);
          setup.requireSame(json.with("setup"));
          JsonNode counts = json.path("state");
          NetworkState state =
              ModelFile.readState(
                  zip,
                  model,
                  like,
                  counts.path("iteration").intValue(),
                  counts.path("epoch").intValue());
          return read(zip, model, json, state, model.path("tuning").textValue());
        });
  }

  private static void requireRun(SafeZip zip) {
    if (zip.names().contains(RUN)) return;
    throw zip.failure(
        ErrorCode.CHECKPOINT_MISMATCH,
        "is no checkpoint: a training resumes from a file that Checkpoint wrote",
        null);
  }

  private static CheckpointFile read(
      SafeZip zip, ObjectNode model, ObjectNode json, NetworkState state, String tuning)
      throws IOException {
    NetworkState kept = null;
    if (json.has("kept")) {
      float[] updater = new float[0];
      if (state.updater().length > 0) {
        updater = ModelFile.readArray(zip, model, KEPT_UPDATER, state.updater().length);
      }
      kept =
          new NetworkState(
              ModelFile.readArray(zip, model, KEPT_PARAMETERS, state.parameters().length),
              updater,
              json.get("kept").path("iteration").intValue(),
              json.get("kept").path("epoch").intValue());
    }
    return new CheckpointFile(
        Checkpoint.fromJson(json.with("run"), state, kept), json.with("setup"), tuning);
  }

  Checkpoint checkpoint() {
    return checkpoint;
  }

  /** All that another run must have the same. */
  ObjectNode setup() {
    return setup;
  }

  /** The formats that trials had chosen; null for the rule's. */
  String tuning() {
    return tuning;
  }

  private static void write(float[] values, OutputStream out) throws IOException {
    try (INDArray array = Nd4j.createFromArray(values)) {
      ArrayFormat.write(array, out);
    }
  }
}
