package org.sparkdl4j.spark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Function;
import org.apache.spark.TaskContext;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.model.ImageClassifier;
import org.sparkdl4j.onednn.Threads;

/**
 * The classifiers that this executor predicts with, one for each task at a time. Of one model, as
 * many stay as tasks have run side by side; those of another model go when the next one comes, and
 * all when a training begins here, or when nobody has predicted in a while ({@link IdleCheck}).
 */
final class ExecutorClassifiers {
  private static final Object LOCK = new Object();
  private static final Deque<ImageClassifier> IDLE = new ArrayDeque<>();
  private static String idleModel = "";
  private static long lastUsed;

  static {
    IdleCheck.everyMinute(
        () -> {
          synchronized (LOCK) {
            if (IdleCheck.isIdle(lastUsed)) closeIdle();
          }
        });
  }

  private ExecutorClassifiers() {}

  /**
   * Has the calling task use a classifier that nobody else uses meanwhile.
   *
   * @param model a name of the model, which no other has
   * @param file the model's file
   */
  static <T> T with(String model, byte[] file, Function<ImageClassifier, T> use) {
    // A task has so many of the executor's processors; the driver plans queries outside of tasks.
    TaskContext task = TaskContext.get();
    return Threads.with(
        task == null ? 1 : task.cpus(),
        () -> {
          ImageClassifier classifier = take(model, file);
          try {
            return use.apply(classifier);
          } finally {
            giveBack(model, classifier);
          }
        });
  }

  /** Closes those that no task has. */
  static void closeIdle() {
    synchronized (LOCK) {
      IDLE.forEach(ImageClassifier::close);
      IDLE.clear();
    }
  }

  /** A classifier of a model file's content. */
  static ImageClassifier load(byte[] file) {
    try {
      Path copy = Files.createTempFile("sparkdl4j", ".zip");
      try {
        Files.write(copy, file);
        return ImageClassifier.load(copy);
      } finally {
        Files.delete(copy);
      }
    } catch (IOException e) {
      throw new SparkDl4jException(
          ErrorCode.FILE_UNWRITABLE,
          "an executor cannot write the model into its folder for temporary files: " + e,
          e);
    }
  }

  private static ImageClassifier take(String model, byte[] file) {
    synchronized (LOCK) {
      if (!idleModel.equals(model)) {
        closeIdle();
        idleModel = model;
      }
      if (!IDLE.isEmpty()) return IDLE.pop();
    }
    return load(file);
  }

  /** Keeps it for the next task. */
  private static void giveBack(String model, ImageClassifier classifier) {
    synchronized (LOCK) {
      lastUsed = System.nanoTime();
      if (idleModel.equals(model)) IDLE.push(classifier);
      else classifier.close();
    }
  }
}
