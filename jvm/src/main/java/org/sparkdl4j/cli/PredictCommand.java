package org.sparkdl4j.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.dataset.ImageLoader;
import org.sparkdl4j.dataset.LabeledImages;
import org.sparkdl4j.dataset.LoadedImages;
import org.sparkdl4j.dataset.PixelBlock;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.file.AtomicFile;
import org.sparkdl4j.file.FileStore;
import org.sparkdl4j.image.DamagedImage;
import org.sparkdl4j.image.DecodeOptions;
import org.sparkdl4j.image.ImageFolder;
import org.sparkdl4j.model.ImageClassifier;
import org.sparkdl4j.spark.PredictionTable;
import org.sparkdl4j.spark.SubmittedSession;
import org.sparkdl4j.spec.Json;

/**
 * {@code predict MODEL PATH ...}: a row for every picture, as CSV or JSON, in the form that the
 * Python command writes, on one machine or on Spark.
 */
final class PredictCommand implements Command {
  static final int BATCH_SIZE = 256;

  private static final String JSON_LINES = ".jsonl";

  /** Pictures in memory at a time. */
  private static final int CHUNK = 2048;

  private final String model;
  private final List<String> paths;
  private final String target;

  PredictCommand(List<String> given, Configuration configuration) {
    Arguments arguments = new Arguments(given, configuration, Set.of("out"));
    List<String> words = arguments.words(2, Integer.MAX_VALUE, "MODEL and at least one PATH");
    model = words.get(0);
    Submission.requireReachable(model);
    paths = words.subList(1, words.size());
    target = arguments.get("out", null);
    paths.forEach(Submission::requireReachable);
    if (target == null) return;
    Submission.requireReachable(target);
    if (PredictionTable.isParquet(target) && !Submission.isSubmitted()) {
      throw new UsageException(
          target
              + ": Parquet is written on Spark, or by the Python command: name a CSV file, or one"
              + " that ends with "
              + JSON_LINES);
    }
  }

  @Override
  public ObjectNode run(Console console) {
    return Submission.isSubmitted() ? submitted(console) : onThisMachine(console);
  }

  private ObjectNode onThisMachine(Console console) {
    try (ImageClassifier classifier = ImageClassifier.load(Path.of(model))) {
      List<Path> files = new ArrayList<>();
      for (String path : paths) files.addAll(ImageFolder.list(Path.of(path)));
      int chunks = (files.size() + CHUNK - 1) / CHUNK;
      Iterator<List<String>> rows =
          IntStream.range(0, chunks)
              .mapToObj(i -> files.subList(i * CHUNK, Math.min((i + 1) * CHUNK, files.size())))
              .flatMap(chunk -> predict(classifier, chunk).stream())
              .iterator();
      return write(header(classifier.labels()), rows, console);
    }
  }

  private ObjectNode submitted(Console console) {
    try (SubmittedSession session = SubmittedSession.start("sparkdl4j predict")) {
      PredictionTable table = session.predict(model, paths);
      if (target != null && (FileStore.isUrl(target) || PredictionTable.isParquet(target))) {
        table.write(target);
        console.results().println("Predictions: " + target);
        return Json.object().put("out", target);
      }
      return write(table.columns(), table.sorted(), console);
    }
  }

  private ObjectNode write(List<String> header, Iterator<List<String>> rows, Console console) {
    boolean isJson = target == null ? console.isJson() : target.endsWith(JSON_LINES);
    PredictionFile file = new PredictionFile(header, rows, isJson);
    if (target == null) file.printTo(console.rows());
    else AtomicFile.write(Path.of(target), file::writeTo);
    int predicted = file.rows() - file.damaged();
    ObjectNode result = null;
    if (target != null) {
      String text = predicted + " predictions and " + file.damaged() + " damaged pictures in ";
      console.results().println(text + target);
      result = Json.object().put("out", target).put("predictions", predicted);
      result.put("damaged", file.damaged());
    }
    if (predicted == 0) {
      throw new SparkDl4jException(
          ErrorCode.DATA_EMPTY, "none of the " + file.rows() + " pictures could be read");
    }
    return result;
  }

  /** A row for every file. */
  private static List<List<String>> predict(ImageClassifier classifier, List<Path> files) {
    DecodeOptions image = classifier.image();
    List<String> labels = classifier.labels();
    try (PixelBlock block = PixelBlock.allocate(image, files.size())) {
      LoadedImages loaded =
          new ImageLoader(image, 0).load(files, block, ImageLoader.ANY_DAMAGED, null).orElseThrow();
      int[] good = IntStream.range(0, loaded.size()).toArray();
      float[] probabilities =
          good.length == 0
              ? new float[0]
              : classifier.predict(new LabeledImages(block, good, null, List.of()), BATCH_SIZE);
      Map<String, DamagedImage> damaged = new HashMap<>();
      for (DamagedImage each : loaded.damaged()) damaged.put(each.path(), each);
      List<List<String>> rows = new ArrayList<>();
      int next = 0;
      for (Path file : files) {
        DamagedImage damage = damaged.get(file.toString());
        rows.add(
            damage != null
                ? damagedRow(damage, labels.size())
                : predictedRow(file, labels, probabilities, next++ * labels.size()));
      }
      return rows;
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
