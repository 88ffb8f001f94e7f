package org.sparkdl4j.cli;

import java.nio.file.Path;
import java.util.function.Function;
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
  private final Path folder;
  private final Part testPart;
  private final Part validationPart;
  private final long seed;
  private final Function<DecodeOptions, PictureFolder> readers;
  private DecodeOptions image;
  private PictureFolder reader;
  private LabeledImages all;
  private LabeledImages train;
  private LabeledImages validation;
  private LabeledImages test;

  /**
   * Pictures that are not read yet.
   *
   * @param readers makes the reader of pictures that are decoded so
   */
  LocalPictures(
      Path folder,
      Part test,
      Part validation,
      long seed,
      Function<DecodeOptions, PictureFolder> readers) {
    this.folder = folder;
    testPart = test;
    validationPart = validation;
    this.seed = seed;
    this.readers = readers;
  }

  /** Reads them; the test data are taken first. */
  @Override
  public void read(DecodeOptions image) {
    this.image = image;
    reader = readers.apply(image);
    all = reader.read(folder, null);
    train = all;
    testPart.take(other -> test = read(other), share -> test = holdOut(share));
    validationPart.take(other -> validation = read(other), share -> validation = holdOut(share));
  }

  @Override
  public ClassifierTraining training(
      NetworkSpec network,
      ObjectNode networkOptions,
      ObjectNode trainingOptions,
      ImageClassifier pretrained) {
    StandardScaler scaler =
        pretrained == null
            ? StandardScaler.fit(new TrainingOptions(trainingOptions).standardize(), train)
            : pretrained.scaler().copy();
    ArrayNode labels = (ArrayNode) Json.of(train.classes());
    ClassifierTraining training =
        new ClassifierTraining(
            network, networkOptions, trainingOptions, labels, image, scaler, train, validation);
    if (pretrained != null) training.beginWith(pretrained);
    return training;
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
    if (all != null) all.close();
  }

  private LabeledImages read(String folder) {
    return reader.read(Path.of(folder), all.classes());
  }

  private LabeledImages holdOut(double fraction) {
    StratifiedSplit split = StratifiedSplit.of(train.labels(), fraction, seed);
    LabeledImages heldOut = train.subset(split.heldOut());
    train = train.subset(split.kept());
    return heldOut;
  }
}
