package org.sparkdl4j.cli;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.sparkdl4j.dataset.LabeledImages;
import org.sparkdl4j.evaluation.Evaluation;
import org.sparkdl4j.file.AtomicFile;
import org.sparkdl4j.model.ImageClassifier;
import org.sparkdl4j.spec.Json;
import org.sparkdl4j.spec.Options;

/** {@code evaluate MODEL DATA}: metrics of a model on labelled pictures. */
final class EvaluateCommand implements Command {
  private final Path model;
  private final Path data;
  private final double maxDamaged;
  private final String namePattern;
  private final String report;

  EvaluateCommand(List<String> given) {
    Arguments arguments = new Arguments(given, Set.of("report", "max_damaged", "name_pattern"));
    List<String> words = arguments.words(2, 2, "MODEL and DATA");
    model = Path.of(words.get(0));
    data = Path.of(words.get(1));
    maxDamaged = new Options("data", arguments.group("data")).number("max_damaged");
    namePattern = arguments.get("name_pattern", null);
    report = arguments.get("report", null);
  }

  @Override
  public void run(PrintStream out, PrintStream err) {
    try (ImageClassifier classifier = ImageClassifier.load(model);
        LabeledImages images =
            new PictureFolder(classifier.image(), maxDamaged, namePattern, err)
                .read(data, classifier.labels())) {
      evaluate(classifier, images, report, out);
    }
  }

  /** Prints the metrics, and writes {@code metrics.json} where a report is wanted. */
  static void evaluate(
      ImageClassifier classifier, LabeledImages images, String report, PrintStream out) {
    float[] probabilities = classifier.predict(images, PredictCommand.BATCH_SIZE);
    Evaluation evaluation =
        Evaluation.of(images.labels(), probabilities, classifier.labels().size());
    out.printf(
        Locale.ROOT,
        "%d pictures: accuracy %.4f, balanced accuracy %.4f, precision %.4f, recall %.4f, F1 %.4f,"
            + " log-loss %.4f%n%s%n",
        images.size(),
        evaluation.accuracy(),
        evaluation.balancedAccuracy(),
        evaluation.precision(),
        evaluation.recall(),
        evaluation.f1(),
        evaluation.logLoss(),
        ConfusionTable.of(evaluation.confusionMatrix(), classifier.labels()));
    if (report != null) {
      AtomicFile.writeText(
          Path.of(report, "metrics.json"),
          Json.writePretty(evaluation.toJson(classifier.metadata().labels())) + "\n");
    }
  }
}
