package org.sparkdl4j.spark;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.util.ShutdownHookManager;
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

  /** Hadoop calls hooks in the order of their priorities; Spark's have at most 50. */
  private static final int BEFORE_SPARK = 1000;

  /** Until a hook that has not come to its end is given up. */
  private static final long EXIT_MINUTES = 10;

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
    } catch (Exception e) {
      // Spark's own exception is a checked one, which the Java API does not declare.
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

  /** The files of the cluster. */
  public FileStore files() {
    return new HadoopFiles(session);
  }

  /** The files of the cluster by their URLs, and those of this machine. */
  public FileStore namedFiles() {
    return new NamedFiles(session);
  }

  /**
   * Calls something when the process is asked to end, before Spark and Hadoop end in it.
   *
   * @return takes that back
   */
  public Runnable onExit(Runnable hook) {
    ShutdownHookManager hooks = ShutdownHookManager.get();
    hooks.addShutdownHook(hook, BEFORE_SPARK, EXIT_MINUTES, TimeUnit.MINUTES);
    return () -> hooks.removeShutdownHook(hook);
  }

  /**
   * How well a model predicts labelled pictures.
   *
   * @param model one of {@link #namedFiles}
   * @param folder as of {@link #training}
   * @throws SparkDl4jException as {@link ClusterEvaluation#of}
   */
  public ClusterEvaluation evaluate(
      String model, String folder, NamePattern namePattern, double maxDamaged) {
    return ClusterEvaluation.of(
        ClusterClassifier.load(namedFiles(), model),
        JobFailure.translate(
            () -> PictureTable.read(session, folder, PictureFiles.BINARY_FILE, namePattern)),
        PictureTable.IMAGE,
        PictureTable.CLASS,
        maxDamaged);
  }

  /**
   * Predictions for pictures.
   *
   * @param model one of {@link #namedFiles}
   * @param paths folders of pictures, and pictures
   * @throws SparkDl4jException as {@link PictureTable#readUnlabelled}
   */
  public PredictionTable predict(String model, List<String> paths) {
    return PredictionTable.of(
        ClusterClassifier.load(namedFiles(), model),
        JobFailure.translate(() -> PictureTable.readUnlabelled(session, paths)));
  }

  @Override
  public void close() {
    session.stop();
  }
}
