package org.sparkdl4j.spark;

import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.image.DamagedImage;
import org.sparkdl4j.image.DecodeOptions;
import org.sparkdl4j.image.NamePattern;
import org.sparkdl4j.model.ClassifierTraining;
import org.sparkdl4j.model.ImageClassifier;
import org.sparkdl4j.network.NetworkSpec;

/** The pictures of a {@link SubmittedSession} that a classifier is trained and tested with. */
public final class SubmittedTraining implements AutoCloseable {
  private final SparkSession session;
  private final NamePattern namePattern;
  private Dataset<Row> train;
  private Dataset<Row> validation;
  private Dataset<Row> test;
  private double validationFraction;
  private ClusterPictures pictures;

  SubmittedTraining(SparkSession session, String folder, NamePattern namePattern) {
    this.session = session;
    this.namePattern = namePattern;
    train = read(folder);
  }

  /** Holds out a share of the pictures for {@link #test}, by {@link ContentSplit}. */
  public void holdOutForTest(double fraction, long seed) {
    ContentSplit split =
        ContentSplit.of(train, PictureTable.IMAGE, PictureTable.CLASS, fraction, seed);
    train = split.rest();
    test = split.heldOut();
  }

  /** Takes the pictures of a folder for {@link #test}. */
  public void testWith(String folder) {
    test = read(folder);
  }

  /** Holds out a share of the pictures to validate with, as {@link ClusterPictures#of} does. */
  public void holdOutForValidation(double fraction) {
    validationFraction = fraction;
  }

  /** Takes the pictures of a folder to validate with. */
  public void validateWith(String folder) {
    validation = read(folder);
  }

  /** How many tasks the session runs side by side: the number of workers to train with. */
  public int workers() {
    return session.sparkContext().defaultParallelism();
  }

  /**
   * Decodes the pictures; the training has not started.
   *
   * @param workers how many share the pictures
   * @param maxDamaged largest share of damaged pictures, 0 to 1
   * @param pretrained a classifier to begin with, which may be closed afterwards; null for none
   * @throws org.sparkdl4j.error.SparkDl4jException as {@link ClusterPictures#of} and {@link
   *     ParameterAveraging#of}
   */
  public ClassifierTraining training(
      NetworkSpec network,
      ObjectNode networkOptions,
      ObjectNode trainingOptions,
      DecodeOptions image,
      int workers,
      long seed,
      double maxDamaged,
      ImageClassifier pretrained) {
    Dataset<Row> rows = validation == null ? train : ValidationRows.of(train, validation);
    PictureColumns columns =
        new PictureColumns(
            PictureTable.IMAGE,
            PictureTable.LABEL,
            null,
            validation == null ? null : ValidationRows.INDICATOR);
    pictures =
        ClusterPictures.of(
            rows,
            new DealingOptions(columns, image, workers, seed, validationFraction, maxDamaged));
    return pretrained == null
        ? ParameterAveraging.of(session, network, networkOptions, trainingOptions, pictures)
        : ParameterAveraging.of(
            session, network, networkOptions, trainingOptions, pictures, pretrained);
  }

  /** The pictures that {@link #training} has left out. */
  public List<DamagedImage> damaged() {
    return pictures.damaged();
  }

  /** Whether there are pictures to test with. */
  public boolean hasTest() {
    return test != null;
  }

  /**
   * How well a model predicts the pictures to test with.
   *
   * @param model a file as {@link NamedFiles} find it
   */
  public ClusterEvaluation test(String model, double maxDamaged) {
    ClusterClassifier classifier = ClusterClassifier.load(new NamedFiles(session), model);
    return ClusterEvaluation.of(
        classifier, test, PictureTable.IMAGE, PictureTable.CLASS, maxDamaged);
  }

  @Override
  public void close() {
    if (pictures != null) pictures.close();
  }

  private Dataset<Row> read(String folder) {
    return JobFailure.translate(
        () -> PictureTable.read(session, folder, PictureFiles.BINARY_FILE, namePattern));
  }
}
