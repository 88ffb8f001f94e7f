package org.sparkdl4j.cli;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.nd4j.shade.jackson.databind.node.ArrayNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.dataset.LabeledImages;
import org.sparkdl4j.evaluation.Evaluation;
import org.sparkdl4j.file.AtomicFile;
import org.sparkdl4j.image.NamePattern;
import org.sparkdl4j.model.ImageClassifier;
import org.sparkdl4j.spark.ClusterEvaluation;
import org.sparkdl4j.spark.SubmittedSession;
import org.sparkdl4j.spec.Json;
import org.sparkdl4j.spec.Options;

/** {@code evaluate MODEL DATA}: metrics of a model, on one machine or on Spark. */
final class EvaluateCommand implements Command {
  private final String model;
  private final String data;
  private final double maxDamaged;
  private final NamePattern namePattern;
  private final Path cache;
  private final String report;

  EvaluateCommand(List<String> given, Configuration configuration) {
    Arguments arguments =
        new Arguments(
            given,
            configuration,
            Set.of("report", "max_damaged", "name_pattern", "unmatched", "cache"));
    List<String> words = arguments.words(2, 2, "MODEL and DATA");
    model = words.get(0);
    data = words.get(1);
    Submission.requireReachable(model);
    Submission.requireReachable(data);
    maxDamaged = new Options("data", arguments.group("data")).number("max_damaged");
    namePattern = arguments.namePattern();
    cache = Submission.cache(arguments);
    report = arguments.get("report", null);
  }

  @Override
  public ObjectNode run(Console console) {
    return Submission.isSubmitted() ? submitted(console) : onThisMachine(console);
  }

  private ObjectNode onThisMachine(Console console) {
    try (ImageClassifier classifier = ImageClassifier.load(Path.of(model))) {
      PictureFolder reader =
          new PictureFolder(classifier.image(), maxDamaged, namePattern, cache, console.progress());
      try (LabeledImages images = reader.read(Path.of(data), classifier.labels())) {
        return print(evaluation(classifier, images), classifier, console);
      }
    }
  }

  private ObjectNode submitted(Console console) {
    try (SubmittedSession session = SubmittedSession.start("sparkdl4j evaluate");
        ImageClassifier classifier = session.namedFiles().read(model, ImageClassifier::load)) {
      ClusterEvaluation found = session.evaluate(model, data, namePattern, maxDamaged);
      found.damaged().forEach(damaged -> console.progress().println("damaged: " + damaged));
      return print(found.evaluation(), classifier, console);
    }
  }

  private ObjectNode print(Evaluation evaluation, ImageClassifier classifier, Console console) {
    ArrayNode labels = classifier.metadata().labels();
    print(evaluation, classifier.labels(), labels, report, console.results());
    ObjectNode result = Json.object().put("model", model).put("report", report);
    result.set("metrics", evaluation.toJson(labels));
    return result;
  }

  static Evaluation evaluation(ImageClassifier classifier, LabeledImages images) {
    float[] probabilities = classifier.predict(images, PredictCommand.BATCH_SIZE);
    return Evaluation.of(images.labels(), probabilities, classifier.labels().size());
  }

  /**
   * Prints the metrics, and writes {@code metrics.json} where a report is wanted.
   *
   * @param names of the classes, as text
   * @param labels the same as the model has them
   * @param report the folder; null for none
   */
  static void print(
      Evaluation evaluation, List<String> names, ArrayNode labels, String report, PrintStream out) {
    out.printf(
        Locale.ROOT,
        "%d pictures: accuracy %.4f, balanced accuracy %.4f, precision %.4f, recall %.4f, F1 %.4f,"
            + " Cohen's kappa %.4f, Matthews correlation %.4f, log-loss %.4f%n%s%n",
        evaluation.confusionMatrix().total(),
        evaluation.accuracy(),
        evaluation.balancedAccuracy(),
        evaluation.precision(),
        evaluation.recall(),
        evaluation.f1(),
        evaluation.cohenKappa(),
        evaluation.matthewsCorrelation(),
        evaluation.logLoss(),
        ConfusionTable.of(evaluation.confusionMatrix(), names));
    if (report != null) {
      AtomicFile.writeText(
          Path.of(report, "metrics.json"), Json.writePretty(evaluation.toJson(labels)) + "\n");
    }
  }
}
