package org.sparkdl4j.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.node.ArrayNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.evaluation.Evaluation;
import org.sparkdl4j.file.AtomicFile;
import org.sparkdl4j.file.FileStore;
import org.sparkdl4j.file.LocalFiles;
import org.sparkdl4j.image.DecodeOptions;
import org.sparkdl4j.image.NamePattern;
import org.sparkdl4j.model.ClassifierTraining;
import org.sparkdl4j.model.ImageClassifier;
import org.sparkdl4j.model.Origin;
import org.sparkdl4j.network.NetworkSpec;
import org.sparkdl4j.spec.Json;
import org.sparkdl4j.spec.Options;
import org.sparkdl4j.spec.Recipe;
import org.sparkdl4j.training.TrainingOptions;
import org.sparkdl4j.training.TrainingResult;

/** {@code train DATA}: from class folders to a model file, on one machine or on Spark. */
final class TrainCommand implements Command {
  private final Arguments arguments;
  private final String data;
  private final String model;
  private final String report;

  /** The model file to begin with, or null. */
  private final String pretrained;

  private final Path cache;
  private final Path jsonLog;
  private final Part test;
  private final Part validation;
  private final NamePattern namePattern;
  private final double maxDamaged;

  /** As {@link ClassifierTraining#decideBy} takes them. */
  private final ObjectNode decisions;

  /** Null until the pictures have chosen it. */
  private NetworkSpec network;

  private final ObjectNode training;
  private final TrainingOptions options;

  TrainCommand(List<String> given, Configuration configuration) {
    Set<String> allowed =
        new HashSet<>(
            List.of(
                "network",
                "validation",
                "test",
                "model",
                "size",
                "window",
                "name_pattern",
                "preprocessing",
                "checkpoint",
                "early_stopping",
                "reduce_on_plateau",
                "resume",
                "recipe",
                "pretrained",
                "cache",
                "json_log",
                "report"));
    for (String group : List.of("checkpoint", "early_stopping", "reduce_on_plateau")) {
      for (String name : Options.names(group)) allowed.add(group + "_" + name);
    }
    for (String name : Options.names("augmentation")) allowed.add(Arguments.AUGMENT + name);
    for (String group : List.of("training", "network", "image", "data", "names")) {
      allowed.addAll(Options.names(group));
    }
    // Given as --validation, --size, --early-stopping and --reduce-on-plateau.
    allowed.removeAll(List.of("validation_fraction", "height", "width"));
    allowed.removeAll(List.of("early_stopping_patience", "reduce_on_plateau_patience"));
    arguments = new Arguments(given, configuration, allowed);
    String recipe = arguments.get("recipe", null);
    if (recipe != null) {
      arguments.fill(Recipe.of(recipe).options(), "");
      arguments.fill(Recipe.of(recipe).augmentation(), Arguments.AUGMENT);
    }
    data = arguments.words(1, 1, "DATA").get(0);
    Submission.requireReachable(data);
    test = Part.of(arguments, "test");
    validation = Part.of(arguments, "validation");
    namePattern = arguments.namePattern();
    if (namePattern != null
        && namePattern.hasGroups()
        && (test.isFraction() || validation.isFraction())) {
      throw new UsageException(
          "a fraction for --test or --validation does not keep the groups of --name-pattern"
              + " together here: give folders, leave the group out, or use the Python command");
    }
    maxDamaged = new Options("data", arguments.group("data")).number("max_damaged");
    model = arguments.get("model", "model.zip");
    Submission.requireReachable(model);
    report = arguments.get("report", null);
    training = arguments.group("training");
    ObjectNode augmentation = arguments.group("augmentation", Arguments.AUGMENT);
    if (!augmentation.isEmpty()) training.set(TrainingOptions.AUGMENTATION, augmentation);
    options = new TrainingOptions(training);
    pretrained = arguments.get("pretrained", null);
    if (pretrained != null) Submission.requireReachable(pretrained);
    cache = Submission.cache(arguments);
    String log = arguments.get("json_log", null);
    jsonLog = log == null ? null : Path.of(log);
    decisions = decisions(arguments);
    String named = arguments.get("network", NetworkSpec.AUTO_NAME);
    network = named.equals(NetworkSpec.AUTO_NAME) ? null : network(named);
  }

  @Override
  public ObjectNode run(Console console) {
    PrintStream err = console.progress();
    FileStore here = new LocalFiles();
    if (!FileStore.isUrl(model)) here.requireWritable(model);
    if (jsonLog != null) here.requireWritable(jsonLog.toString());
    DecodeOptions image = pretrained == null ? fitting() : null;
    try (TrainingPictures pictures = pictures(err)) {
      if (FileStore.isUrl(model)) pictures.modelFiles().requireWritable(model);
      ClassifierTraining run = image == null ? begun(pictures) : training(pictures, image, null);
      run.decideBy(pictures.files(), decisions);
      return train(run, pictures, console.results(), err);
    }
  }

  private ClassifierTraining training(
      TrainingPictures pictures, DecodeOptions image, ImageClassifier origin) {
    pictures.read(image);
    return pictures.training(network, arguments.group("network"), training, origin);
  }

  /** A training that begins with the pretrained model. */
  private ClassifierTraining begun(TrainingPictures pictures) {
    try (ImageClassifier model = pictures.modelFiles().read(pretrained, ImageClassifier::load)) {
      Origin origin = new Origin(model);
      network = origin.network(network, arguments.group("network"));
      training.put("standardize", origin.standardize(arguments.get("standardize", null)));
      return training(pictures, origin.image(reading()), model);
    }
  }

  /** How pictures are decoded for the network, which it chooses where it is not named. */
  private DecodeOptions fitting() {
    DecodeOptions image = image();
    if (network == null) network = NetworkSpec.forPictures(image.height(), image.width());
    // What does not fit is said before pictures are read.
    int[] shape = {image.height(), image.width(), image.channels()};
    network.shapes(shape, network.outputs() == 0 ? 2 : network.outputs());
    return image;
  }

  private TrainingPictures pictures(PrintStream err) {
    int seed = options.seed();
    if (Submission.isSubmitted()) {
      return new SubmittedPictures(data, test, validation, seed, maxDamaged, namePattern, err);
    }
    return new LocalPictures(
        Path.of(data),
        test,
        validation,
        seed,
        image -> new PictureFolder(image, maxDamaged, namePattern, cache, err));
  }

  private ObjectNode train(
      ClassifierTraining run, TrainingPictures pictures, PrintStream out, PrintStream err) {
    try (EventFile events = jsonLog == null ? null : events(run)) {
      run.start();
      return followed(run, pictures, new TrainingLog(err, events), out, err);
    }
  }

  private EventFile events(ClassifierTraining run) {
    return new EventFile(jsonLog, decisions.hasNonNull("resume"), run.description());
  }

  private ObjectNode followed(
      ClassifierTraining run,
      TrainingPictures pictures,
      TrainingLog log,
      PrintStream out,
      PrintStream err) {
    try (ImageClassifier classifier = trained(run, pictures, log, out, err)) {
      JsonNode summary = classifier.metadata().training();
      int kept = summary.get("kept_epoch").asInt();
      JsonNode epochs = summary.get("history");
      if (report != null) {
        ObjectNode history = Json.object().put("kept_epoch", kept);
        history.set("epochs", epochs);
        AtomicFile.writeText(Path.of(report, "history.json"), Json.writePretty(history) + "\n");
      }
      ObjectNode result = Json.object().put("model", model).put("kept_epoch", kept);
      result.set("epochs", epochs);
      result.put("report", report).putNull("test");
      if (pictures.hasTest()) {
        ArrayNode labels = classifier.metadata().labels();
        Evaluation evaluation = pictures.test(model);
        EvaluateCommand.print(evaluation, classifier.labels(), labels, report, out);
        result.set("test", evaluation.toJson(labels));
      }
      return result;
    }
  }

  /** Follows a run to its end and saves what there is, even where somebody has interrupted it. */
  private ImageClassifier trained(
      ClassifierTraining run,
      TrainingPictures pictures,
      TrainingLog log,
      PrintStream out,
      PrintStream err) {
    try (Interruption interruption = new Interruption(pictures, run::cancel)) {
      JsonNode end = log.follow(run);
      ImageClassifier classifier = run.result();
      try {
        int kept = end.get("kept_epoch").asInt();
        SparkDl4jException divergence = TrainingResult.divergence(end);
        boolean isGood = divergence == null && log.failure() == null && !interruption.hasHappened();
        if (isGood || kept > 0) classifier.save(pictures.modelFiles(), model);
        if (interruption.hasHappened()) {
          if (kept > 0) err.println("The model of epoch " + kept + " is saved in " + model);
          err.println("sparkdl4j: interrupted");
          interruption.leave();
        }
        if (isGood || kept > 0) {
          int trained = classifier.metadata().training().get("history").size();
          out.println("Model: " + model + " (epoch " + kept + " of " + trained + ")");
        }
        if (divergence != null) throw divergence;
        if (log.failure() != null) throw log.failure();
        return classifier;
      } catch (RuntimeException | Error e) {
        classifier.close();
        throw e;
      }
    }
  }

  private DecodeOptions image() {
    ObjectNode image = reading();
    // Without a size, "auto" takes the network of small pictures, and the size that it was made
    // for.
    NetworkSpec named = network == null ? NetworkSpec.forPictures(1, 1) : network;
    int[] hint = named.inputShape() != null ? named.inputShape() : named.defaultInputShape();
    if (!image.has("height")) {
      if (hint == null) {
        throw new UsageException(
            "this network names no picture size: give --size, such as 75 or 60x80");
      }
      image.put("height", hint[0]).put("width", hint[1]);
    }
    return DecodeOptions.fromJson(image);
  }

  /** What was given on how pictures are read: fields of {@link DecodeOptions#toJson}. */
  private ObjectNode reading() {
    ObjectNode image = arguments.group("image");
    String size = arguments.get("size", null);
    if (size != null) {
      String[] sides = size.toLowerCase(Locale.ROOT).split("x", 2);
      try {
        image.put("height", Integer.parseInt(sides[0]));
        image.put("width", Integer.parseInt(sides[sides.length - 1]));
      } catch (NumberFormatException e) {
        throw new UsageException(
            "--size must be a number such as 75, or height x width as 60x80, not " + size);
      }
    }
    String window = arguments.get("window", null);
    if (window != null) image.set("window", window(window));
    String steps = arguments.get("preprocessing", null);
    if (steps != null) image.set("preprocessing", preprocessing(Path.of(steps)));
    return image;
  }

  /** A JSON list of steps, or an object whose only field is such a list. */
  private static JsonNode preprocessing(Path file) {
    try {
      ObjectNode json = Json.readObject("{\"list\": " + Files.readString(file) + "}", "" + file);
      JsonNode list = json.get("list");
      return list.isObject() && list.size() == 1 ? list.path("preprocessing") : list;
    } catch (IOException e) {
      throw new SparkDl4jException(
          ErrorCode.FILE_NOT_FOUND, "the file of steps " + file + " cannot be read: " + e, e);
    }
  }

  private static JsonNode window(String window) {
    String[] bounds = window.split(",", -1);
    if (bounds.length != 2) return Json.of(window);
    try {
      return Json.of(List.of(Integer.parseInt(bounds[0]), Integer.parseInt(bounds[1])));
    } catch (NumberFormatException e) {
      throw new UsageException("--window must be full, minmax, or LOW,HIGH, not " + window);
    }
  }

  private static ObjectNode decisions(Arguments arguments) {
    ObjectNode request = Json.object();
    ObjectNode checkpoint = decision(arguments, "checkpoint", "the file to write");
    String path = arguments.get("checkpoint", null);
    if (path != null) request.putArray("checkpoints").add(checkpoint.put("path", path));
    for (String group : List.of("early_stopping", "reduce_on_plateau")) {
      ObjectNode options = decision(arguments, group, "after how many epochs");
      if (arguments.get(group, null) != null) request.set(group, options);
    }
    return request.put("resume", arguments.get("resume", null));
  }

  /** The options of a decision, which are of no use without the one that asks for it. */
  private static ObjectNode decision(Arguments arguments, String group, String what) {
    ObjectNode options = arguments.group(group, group + "_");
    if (arguments.get(group, null) == null && !options.isEmpty()) {
      String flag = "--" + group.replace('_', '-');
      throw new UsageException(
          flag
              + "-"
              + options.fieldNames().next().replace('_', '-')
              + " needs "
              + flag
              + ", "
              + what);
    }
    if (Options.names(group).contains("patience")) arguments.put(options, group, "patience", group);
    new Options(group, options);
    return options;
  }

  private static NetworkSpec network(String nameOrFile) {
    Path file = Path.of(nameOrFile);
    if (!nameOrFile.endsWith(".json")) return NetworkSpec.reference(nameOrFile);
    try {
      return NetworkSpec.of(Json.readObject(Files.readString(file), nameOrFile));
    } catch (IOException e) {
      throw new SparkDl4jException(
          ErrorCode.FILE_NOT_FOUND, "the network " + file + " cannot be read: " + e, e);
    }
  }
}
