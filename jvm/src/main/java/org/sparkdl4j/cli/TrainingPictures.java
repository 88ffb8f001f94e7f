package org.sparkdl4j.cli;

import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.evaluation.Evaluation;
import org.sparkdl4j.file.FileStore;
import org.sparkdl4j.image.DecodeOptions;
import org.sparkdl4j.model.ClassifierTraining;
import org.sparkdl4j.model.ImageClassifier;
import org.sparkdl4j.network.NetworkSpec;

/** The pictures that a command trains, validates and tests with, wherever they are. */
interface TrainingPictures extends AutoCloseable {
  /** Reads them, or has them read when they are trained with. */
  void read(DecodeOptions image);

  /**
   * A training with them, which has not started; {@link #read} comes before.
   *
   * @param networkOptions options of the group "network"
   * @param trainingOptions options of the group "training"
   * @param pretrained the classifier to begin with; null for none
   */
  ClassifierTraining training(
      NetworkSpec network,
      ObjectNode networkOptions,
      ObjectNode trainingOptions,
      ImageClassifier pretrained);

  /** Where checkpoints are. */
  FileStore files();

  /** Where the model is to be. */
  FileStore modelFiles();

  /**
   * Calls something when the process is asked to end, before what the training needs has ended.
   *
   * @return takes that back
   */
  Runnable onExit(Runnable hook);

  /** Whether there are pictures to test with. */
  boolean hasTest();

  /** How well one of {@link #modelFiles} predicts the pictures to test with. */
  Evaluation test(String model);

  @Override
  void close();
}
