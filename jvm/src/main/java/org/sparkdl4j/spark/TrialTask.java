package org.sparkdl4j.spark;

import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.spark.TaskContext;
import org.apache.spark.broadcast.Broadcast;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.dataset.PixelBlock;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.model.TrialResult;
import org.sparkdl4j.model.TrialTraining;
import org.sparkdl4j.spec.Json;

/**
 * What a task does for a trial of a search: an ordinary training on one machine, whose files come
 * and go with the task. It reads nothing but what it was sent, so a task that Spark repeats, on
 * whichever executor, gives the same.
 */
final class TrialTask implements Serializable {
  /** What goes back to the driver. */
  static final class Outcome implements Serializable {
    private static final long serialVersionUID = 1;

    /** Null where the trial has failed. */
    final TrialResult result;

    /** Null unless the training is paused. */
    final byte[] checkpoint;

    /** Code and sentence; null where the trial has not failed. */
    final ErrorCode code;

    final String message;

    private Outcome(TrialResult result, byte[] checkpoint, ErrorCode code, String message) {
      this.result = result;
      this.checkpoint = checkpoint;
      this.code = code;
      this.message = message;
    }
  }

  private static final long serialVersionUID = 1;

  private final Broadcast<SharedPictures> pictures;
  private final AllowedProcessors processors;
  private final int part;
  private final String request;

  TrialTask(
      Broadcast<SharedPictures> pictures, AllowedProcessors processors, int part, String request) {
    this.pictures = pictures;
    this.processors = processors;
    this.part = part;
    this.request = request;
  }

  /**
   * Trains, in a task.
   *
   * @param resume the checkpoint of the part before; null for none
   */
  Outcome run(byte[] resume) {
    processors.requireThisOne();
    SharedPictures shared = pictures.value();
    return ExecutorMemory.with(
        () -> ExecutorPictures.use(shared, block -> inFolder(shared, block, resume)));
  }

  private Outcome inFolder(SharedPictures shared, PixelBlock block, byte[] resume) {
    Path folder = null;
    try {
      folder = Files.createTempDirectory("sparkdl4j-trial");
      return train(shared, block, resume, folder);
    } catch (IOException e) {
      throw new SparkDl4jException(
          ErrorCode.FILE_UNWRITABLE,
          "an executor cannot use its folder for temporary files: " + e.getMessage(),
          e);
    } finally {
      if (folder != null) delete(folder);
    }
  }

  private Outcome train(SharedPictures shared, PixelBlock block, byte[] resume, Path folder)
      throws IOException {
    Path before = folder.resolve("resume.zip");
    Path checkpoint = folder.resolve("checkpoint.zip");
    if (resume != null) Files.write(before, resume);
    TaskContext task = TaskContext.get();
    ObjectNode json = Json.readObject(request, "the request");
    TrialTraining training =
        new TrialTraining(json, shared.training(block, part), shared.validation(block, part));
    try {
      TrialResult result =
          training.run(resume == null ? null : before, checkpoint, task::isInterrupted);
      return new Outcome(result, content(checkpoint), null, null);
    } catch (SparkDl4jException e) {
      // Another executor may have the memory that this one lacks; what else fails here fails there.
      if (e.code() == ErrorCode.OUT_OF_MEMORY) throw e;
      return new Outcome(null, null, e.code(), e.getMessage());
    }
  }

  private static byte[] content(Path file) throws IOException {
    return Files.exists(file) ? Files.readAllBytes(file) : null;
  }

  private static void delete(Path folder) {
    for (String name : new String[] {"resume.zip", "checkpoint.zip", ""}) {
      try {
        // With an empty name the folder itself, at last.
        Files.deleteIfExists(folder.resolve(name));
      } catch (IOException e) {
        // It is in the folder for temporary files, which goes with the executor.
      }
    }
  }
}
