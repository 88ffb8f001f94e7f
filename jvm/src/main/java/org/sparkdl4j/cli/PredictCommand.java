package org.sparkdl4j.cli;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.sparkdl4j.dataset.ImageLoader;
import org.sparkdl4j.dataset.LabeledImages;
import org.sparkdl4j.dataset.LoadedImages;
import org.sparkdl4j.dataset.PixelBlock;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.file.AtomicFile;
import org.sparkdl4j.image.DamagedImage;
import org.sparkdl4j.image.DecodeOptions;
import org.sparkdl4j.image.ImageFolder;
import org.sparkdl4j.model.ImageClassifier;
import org.sparkdl4j.spark.PredictionTable;
import org.sparkdl4j.spark.SubmittedSession;

/**
 * {@code predict MODEL PATH ...}: a CSV row for every picture, in the form that the Python command
 * writes, on one machine or on Spark.
 */
final class PredictCommand implements Command {
  static final int BATCH_SIZE = 256;

  /** Pictures in memory at a time. */
  private static final int CHUNK = 2048;

  private final Path model;
  private final List<String> paths;
  private final String target;

  PredictCommand(List<String> given) {
    Arguments arguments = new Arguments(given, Set.of("out"));
    List<String> words = arguments.words(2, Integer.MAX_VALUE, "MODEL and at least one PATH");
    model = Path.of(words.get(0));
    paths = words.subList(1, words.size());
    target = arguments.get("out", null);
    paths.forEach(Submission::requireReachable);
    if (target != null) Submission.requireReachable(target);
  }

  @Override
  public void run(PrintStream out, PrintStream err) {
    if (Submission.isSubmitted()) submitted(out);
    else onThisMachine(out);
  }

  private void onThisMachine(PrintStream out) {
    StringBuilder csv = new StringBuilder();
    try (ImageClassifier classifier = ImageClassifier.load(model)) {
      List<Path> files = new ArrayList<>();
      for (String path : paths) files.addAll(ImageFolder.list(Path.of(path)));
      CsvRow.append(csv, header(classifier.labels()));
      int damaged = 0;
      for (int from = 0; from < files.size(); from += CHUNK) {
        List<Path> chunk = files.subList(from, Math.min(from + CHUNK, files.size()));
        damaged += predict(classifier, chunk, csv);
      }
      finish(csv, files.size(), damaged, out);
    }
  }

  private void submitted(PrintStream out) {
    try (SubmittedSession session = SubmittedSession.start("sparkdl4j predict")) {
      PredictionTable table = session.predict(model, paths);
      if (target != null && (Submission.isUrl(target) || PredictionTable.isParquet(target))) {
        table.write(target);
        out.println("Predictions: " + target);
        return;
      }
      StringBuilder csv = new StringBuilder();
      CsvRow.append(csv, table.columns());
      Iterator<List<String>> rows = table.sorted();
      int all = 0;
      int damaged = 0;
      for (; rows.hasNext(); all++) {
        List<String> row = rows.next();
        CsvRow.append(csv, row);
        if (!row.get(row.size() - 1).isEmpty()) damaged++;
      }
      finish(csv, all, damaged, out);
    }
  }

  private void finish(StringBuilder csv, int all, int damaged, PrintStream out) {
    if (target == null) {
      out.print(csv);
    } else {
      AtomicFile.writeText(Path.of(target), csv.toString());
      out.println(
          (all - damaged) + " predictions and " + damaged + " damaged pictures in " + target);
    }
    if (damaged == all) {
      throw new SparkDl4jException(
          ErrorCode.DATA_EMPTY, "none of the " + damaged + " pictures could be read");
    }
  }

  /** Adds the rows of some files; the number of damaged ones. */
  private static int predict(ImageClassifier classifier, List<Path> files, StringBuilder csv) {
    DecodeOptions image = classifier.image();
    List<String> labels = classifier.labels();
    try (PixelBlock block =
        PixelBlock.allocate(files.size(), image.height(), image.width(), image.channels())) {
      LoadedImages loaded = new ImageLoader(image, 0).load(files, block, 1, null).orElseThrow();
      int[] rows = new int[loaded.size()];
      for (int i = 0; i < rows.length; i++) rows[i] = i;
      float[] probabilities =
          rows.length == 0
              ? new float[0]
              : classifier.predict(new LabeledImages(block, rows, null, List.of()), BATCH_SIZE);
      Map<String, DamagedImage> damaged = new HashMap<>();
      for (DamagedImage each : loaded.damaged()) damaged.put(each.path(), each);
      int next = 0;
      for (Path file : files) {
        DamagedImage damage = damaged.get(file.toString());
        if (damage != null) {
          CsvRow.append(csv, damagedRow(damage, labels.size()));
        } else {
          CsvRow.append(csv, predictedRow(file, labels, probabilities, next++ * labels.size()));
        }
      }
      return damaged.size();
    }
  }

  private static List<String> header(List<String> labels) {
    List<String> header = new ArrayList<>(List.of("path", "prediction", "probability"));
    for (String label : labels) header.add("p_" + label);
    header.add("damaged");
    return header;
  }

  private static List<String> predictedRow(
      Path file, List<String> labels, float[] probabilities, int offset) {
    int best = 0;
    List<String> shares = new ArrayList<>();
    for (int i = 0; i < labels.size(); i++) {
      shares.add(String.format(Locale.ROOT, "%.6f", probabilities[offset + i]));
      if (probabilities[offset + i] > probabilities[offset + best]) best = i;
    }
    List<String> row =
        new ArrayList<>(List.of(file.toString(), labels.get(best), shares.get(best)));
    row.addAll(shares);
    row.add("");
    return row;
  }

  private static List<String> damagedRow(DamagedImage damaged, int labels) {
    List<String> row = new ArrayList<>();
    row.add(damaged.path());
    for (int i = 0; i < labels + 2; i++) row.add("");
    row.add(damaged.reason().label() + ": " + damaged.detail());
    return row;
  }
}
