package org.sparkdl4j.cli;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
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

/**
 * {@code predict MODEL PATH ...}: a CSV row for every picture, in the form that the Python command
 * writes.
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
  }

  @Override
  public void run(PrintStream out, PrintStream err) {
    StringBuilder csv = new StringBuilder();
    try (ImageClassifier classifier = ImageClassifier.load(model)) {
      List<Path> files = new ArrayList<>();
      for (String path : paths) files.addAll(ImageFolder.list(Path.of(path)));
      row(csv, header(classifier.labels()));
      int damaged = 0;
      for (int from = 0; from < files.size(); from += CHUNK) {
        List<Path> chunk = files.subList(from, Math.min(from + CHUNK, files.size()));
        damaged += predict(classifier, chunk, csv);
      }
      if (target == null) {
        out.print(csv);
      } else {
        AtomicFile.writeText(Path.of(target), csv.toString());
        out.println(
            files.size()
                - damaged
                + " predictions and "
                + damaged
                + " damaged pictures in "
                + target);
      }
      if (damaged == files.size()) {
        throw new SparkDl4jException(
            ErrorCode.DATA_EMPTY, "none of the " + damaged + " pictures could be read");
      }
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
          row(csv, damagedRow(damage, labels.size()));
        } else {
          row(csv, predictedRow(file, labels, probabilities, next++ * labels.size()));
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

  private static void row(StringBuilder csv, List<String> fields) {
    for (int i = 0; i < fields.size(); i++) {
      if (i > 0) csv.append(',');
      String field = fields.get(i);
      boolean quoted = field.matches("(?s).*[,\"\r\n].*");
      csv.append(quoted ? '"' + field.replace("\"", "\"\"") + '"' : field);
    }
    csv.append("\r\n");
  }
}
