package org.sparkdl4j.cli;

import java.nio.file.Path;
import org.nd4j.shade.jackson.databind.node.ArrayNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.dataset.LabeledImages;
import org.sparkdl4j.dataset.StandardScaler;
import org.sparkdl4j.dataset.StratifiedSplit;
import org.sparkdl4j.evaluation.Evaluation;
import org.sparkdl4j.file.FileStore;
import org.sparkdl4j.file.LocalFiles;
import org.sparkdl4j.image.DecodeOptions;
import org.sparkdl4j.model.ClassifierTraining;
import org.sparkdl4j.model.ImageClassifier;
import org.sparkdl4j.network.NetworkSpec;
import org.sparkdl4j.spec.Json;
import org.sparkdl4j.training.TrainingOptions;

/** Pictures of folders of this machine, in memory. */
final class LocalPictures implements TrainingPictures {
  private final DecodeOptions image;
  private final PictureFolder reader;
  private final LabeledImages all;
  private LabeledImages train;
  private LabeledImages validation;
  private LabeledImages test;

  /** Reads them; the test data are taken first. */
  LocalPictures(
      Path folder,
      Part test,
      Part validation,
      long seed,
      DecodeOptions image,
      PictureFolder reader) {
    this.image = image;
    this.reader = reader;
    all = reader.read(folder, null);
    train = all;
    test.take(other -> this.test = read(other), share -> this.test = holdOut(share, seed));
    validation.take(
        other -> this.validation = read(other), share -> this.validation = holdOut(share, seed));
  }

  @Override
  public ClassifierTraining training(
      NetworkSpec network, ObjectNode networkOptions, ObjectNode trainingOptions) {
    StandardScaler scaler =
        StandardScaler.fit(new TrainingOptions(trainingOptions).standardize(), train);
    ArrayNode labels = (ArrayNode) Json.of(train.classes());
    return new ClassifierTraining(
        network, networkOptions, trainingOptions, labels, image, scaler, train, validation);
  }

  @Override
  public FileStore files() {
    return new LocalFiles();
  }

  @Override
  public FileStore modelFiles() {
    return files();
  }

  @Override
  public Runnable onExit(Runnable hook) {
    Thread thread = new Thread(hook, "sparkdl4j-exit");
    Runtime.getRuntime().addShutdownHook(thread);
    return () -> Runtime.getRuntime().removeShutdownHook(thread);
  }

  @Override
  public boolean hasTest() {
    return test != null;
  }

  @Override
  public Evaluation test(String model) {
    try (ImageClassifier classifier = ImageClassifier.load(Path.of(model))) {
      return EvaluateCommand.evaluation(classifier, test);
    }
  }

  @Override
  public void close() {
    if (test != null) test.close();
    if (validation != null) validation.close();
    all.close();
  }

  private LabeledImages read(String folder) {
    return reader.read(Path.of(folder), all.classes());
  }

  private LabeledImages holdOut(double fraction, long seed) {
    StratifiedSplit split = StratifiedSplit.of(train.labels(), fraction, seed);
    LabeledImages heldOut = train.subset(split.heldOut());
    train = train.subset(split.kept());
    return heldOut;
  }
}
