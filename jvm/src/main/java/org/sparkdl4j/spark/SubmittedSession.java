package org.sparkdl4j.spark;

import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.SparkSession;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.file.FileStore;
import org.sparkdl4j.image.NamePattern;

/**
 * The Spark session of a program that spark-submit has started, for callers that know nothing of
 * Spark.
 */
public final class SubmittedSession implements AutoCloseable {
  private static final String THREADS = "spark.executorEnv.OMP_NUM_THREADS";

  private final SparkSession session;

  private SubmittedSession(SparkSession session) {
    this.session = session;
  }

  /**
   * Starts a session as spark-submit's settings say.
   *
   * @param name of the application, where spark-submit was given none
   * @throws SparkDl4jException SPARK_SESSION when it does not start
   */
  public static SubmittedSession start(String name) {
    SparkSession.Builder builder = SparkSession.builder();
    if (System.getProperty("spark.app.name") == null) builder = builder.appName(name);
    // Every task of an executor computes for itself.
    if (System.getProperty(THREADS) == null) builder = builder.config(THREADS, "1");
    try {
      return new SubmittedSession(builder.getOrCreate());
    } catch (RuntimeException e) {
      throw new SparkDl4jException(
          ErrorCode.SPARK_SESSION, "no Spark session can be started: " + e.getMessage(), e);
    }
  }

  /**
   * Pictures to train with, on any of Hadoop's file systems.
   *
   * @param folder with one subfolder a class
   * @param namePattern null takes the class from the subfolder
   * @throws SparkDl4jException as {@link PictureTable#read}
   */
  public SubmittedTraining training(String folder, NamePattern namePattern) {
    return new SubmittedTraining(session, folder, namePattern);
  }

  /** The files that the session reaches. */
  public FileStore files() {
    return new HadoopFiles(session);
  }

  /**
   * How well a model predicts labelled pictures.
   *
   * @param model a file on this machine
   * @param folder as of {@link #training}
   * @throws SparkDl4jException as {@link ClusterEvaluation#of}
   */
  public ClusterEvaluation evaluate(
      Path model, String folder, NamePattern namePattern, double maxDamaged) {
    return ClusterEvaluation.of(
        new ClusterClassifier(model),
        JobFailure.translate(
            () -> PictureTable.read(session, folder, PictureFiles.BINARY_FILE, namePattern)),
        "image",
        "class",
        maxDamaged);
  }

  /**
   * Predictions for pictures.
   *
   * @param model a file on this machine
   * @param paths folders of pictures, and pictures
   * @throws SparkDl4jException as {@link PictureTable#readUnlabelled}
   */
  public PredictionTable predict(Path model, List<String> paths) {
    return PredictionTable.of(
        new ClusterClassifier(model),
        JobFailure.translate(() -> PictureTable.readUnlabelled(session, paths)));
  }

  @Override
  public void close() {
    session.stop();
  }
}
