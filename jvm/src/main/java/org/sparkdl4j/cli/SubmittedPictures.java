package org.sparkdl4j.cli;

import java.io.PrintStream;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.evaluation.Evaluation;
import org.sparkdl4j.file.FileStore;
import org.sparkdl4j.image.DecodeOptions;
import org.sparkdl4j.image.NamePattern;
import org.sparkdl4j.model.ClassifierTraining;
import org.sparkdl4j.model.ImageClassifier;
import org.sparkdl4j.network.NetworkSpec;
import org.sparkdl4j.spark.ClusterEvaluation;
import org.sparkdl4j.spark.SubmittedSession;
import org.sparkdl4j.spark.SubmittedTraining;

/** Pictures of folders on a cluster's file systems. */
final class SubmittedPictures implements TrainingPictures {
  private final SubmittedSession session;
  private final SubmittedTraining pictures;
  private final long seed;
  private final double maxDamaged;
  private final PrintStream err;
  private DecodeOptions image;

  /** Looks for them; the test data are taken first. */
  SubmittedPictures(
      String folder,
      Part test,
      Part validation,
      long seed,
      double maxDamaged,
      NamePattern namePattern,
      PrintStream err) {
    this.seed = seed;
    this.maxDamaged = maxDamaged;
    this.err = err;
    session = SubmittedSession.start("sparkdl4j train");
    try {
      pictures = session.training(folder, namePattern);
      test.take(pictures::testWith, share -> pictures.holdOutForTest(share, seed));
      validation.take(pictures::validateWith, pictures::holdOutForValidation);
    } catch (RuntimeException | Error e) {
      session.close();
      throw e;
    }
  }

  @Override
  public void read(DecodeOptions image) {
    this.image = image;
  }

  @Override
  public ClassifierTraining training(
      NetworkSpec network,
      ObjectNode networkOptions,
      ObjectNode trainingOptions,
      ImageClassifier pretrained) {
    int workers =
        trainingOptions.has("num_workers")
            ? trainingOptions.get("num_workers").asInt()
            : pictures.workers();
    ObjectNode options = trainingOptions.deepCopy().put("num_workers", workers);
    ClassifierTraining training =
        pictures.training(
            network, networkOptions, options, image, workers, seed, maxDamaged, pretrained);
    pictures.damaged().forEach(damaged -> err.println("damaged: " + damaged));
    return training;
  }

  @Override
  public FileStore files() {
    return session.files();
  }

  @Override
  public FileStore modelFiles() {
    return session.namedFiles();
  }

  @Override
  public Runnable onExit(Runnable hook) {
    return session.onExit(hook);
  }

  @Override
  public boolean hasTest() {
    return pictures.hasTest();
  }

  @Override
  public Evaluation test(String model) {
    ClusterEvaluation found = pictures.test(model, maxDamaged);
    found.damaged().forEach(damaged -> err.println("damaged: " + damaged));
    return found.evaluation();
  }

  @Override
  public void close() {
    pictures.close();
    session.close();
  }
}
