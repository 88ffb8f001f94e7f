package org.sparkdl4j.cli;

import java.nio.file.Path;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.evaluation.Evaluation;
import org.sparkdl4j.file.FileStore;
import org.sparkdl4j.model.ClassifierTraining;
import org.sparkdl4j.network.NetworkSpec;

/** The pictures that a command trains, validates and tests with, wherever they are. */
interface TrainingPictures extends AutoCloseable {
  /**
   * A training with them, which has not started.
   *
   * @param networkOptions options of the group "network"
   * @param trainingOptions options of the group "training"
   */
  ClassifierTraining training(
      NetworkSpec network, ObjectNode networkOptions, ObjectNode trainingOptions);

  /** Where checkpoints are. */
  FileStore files();

  /** Whether there are pictures to test with. */
  boolean hasTest();

  /** How well a model file predicts the pictures to test with. */
  Evaluation test(Path model);

  @Override
  void close();
}
