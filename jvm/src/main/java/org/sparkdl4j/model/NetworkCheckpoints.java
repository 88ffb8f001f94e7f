package org.sparkdl4j.model;

import org.nd4j.shade.jackson.databind.node.ArrayNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.dataset.StandardScaler;
import org.sparkdl4j.dl4j.NetworkState;
import org.sparkdl4j.file.FileStore;
import org.sparkdl4j.network.NetworkConfiguration;
import org.sparkdl4j.plan.NetworkCore;
import org.sparkdl4j.spec.Json;
import org.sparkdl4j.spec.Options;
import org.sparkdl4j.training.Checkpoint;
import org.sparkdl4j.training.CheckpointSchedule;

/**
 * Checkpoints of a training of a DL4J network, which is no classifier of pictures: files that
 * DL4J's own ModelSerializer reads, too.
 */
public final class NetworkCheckpoints {
  private final FileStore files;
  private final TrainingSetup setup;

  /**
   * Of a training.
   *
   * @param files where they are
   * @param place of the training
   * @param network as it is before training
   * @param shape {@code [height, width, channels]} of the examples
   * @param classes the names of the classes
   * @param trainingOptions options of the group "training"
   * @param scaler of the examples
   * @param plateau options of the group "reduce_on_plateau"; null where nothing is reduced
   */
  public NetworkCheckpoints(
      FileStore files,
      String place,
      NetworkConfiguration network,
      int[] shape,
      ArrayNode classes,
      ObjectNode trainingOptions,
      StandardScaler scaler,
      ObjectNode plateau) {
    this.files = files;
    ObjectNode image =
        Json.object().put("height", shape[0]).put("width", shape[1]).put("channels", shape[2]);
    setup =
        new TrainingSetup(
            place,
            Json.readObject(network.toJson(), "the network"),
            Json.object(),
            trainingOptions,
            classes,
            image,
            scaler);
    if (plateau != null) setup.reduceOnPlateau(plateau);
  }

  /**
   * When they are written, and by whom.
   *
   * @param core the network that is trained
   * @param path of the file
   * @param schedule options of the group "checkpoint"
   * @throws org.sparkdl4j.error.SparkDl4jException FILE_NOT_FOUND, FILE_UNWRITABLE
   */
  public CheckpointSchedule schedule(NetworkCore core, String path, ObjectNode schedule) {
    files.requireWritable(path);
    return new CheckpointSchedule(
        path,
        new Options("checkpoint", schedule),
        (name, checkpoint) ->
            files.write(name, out -> CheckpointFile.write(out, core, checkpoint, setup.toJson())));
  }

  /** A checkpoint to go on from, and the formats of the plan that it was trained with. */
  public static final class Resumed {
    private final CheckpointFile file;

    private Resumed(CheckpointFile file) {
      this.file = file;
    }

    public Checkpoint checkpoint() {
      return file.checkpoint();
    }

    /** As {@link NetworkCore#tuning} gives them. */
    public String tuning() {
      return file.tuning();
    }
  }

  /**
   * Reads one.
   *
   * @param like a state of the network
   * @throws org.sparkdl4j.error.SparkDl4jException CHECKPOINT_MISMATCH when it is of another
   *     training; FILE_NOT_FOUND, FILE_UNREADABLE, MODEL_FILE_DAMAGED, MODEL_FILE_UNSAFE
   */
  public Resumed read(String path, NetworkState like) {
    return files.read(path, file -> new Resumed(CheckpointFile.read(file, setup, like)));
  }
}
