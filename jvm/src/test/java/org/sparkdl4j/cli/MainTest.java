package org.sparkdl4j.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.sparkdl4j.model.ImageClassifier;
import org.sparkdl4j.spec.Json;

class MainTest {
  @TempDir Path folder;
  private Path model;
  private String out;
  private String err;

  @BeforeEach
  void drawPictures() throws IOException {
    model = folder.resolve("model.zip");
    Random random = new Random(1);
    for (String name : List.of("dark", "light")) {
      Files.createDirectories(folder.resolve("data").resolve(name));
      for (int i = 0; i < 20; i++) {
        BufferedImage picture = new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB);
        for (int pixel = 0; pixel < 64; pixel++) {
          int grey = (name.equals("dark") ? 30 : 170) + random.nextInt(60);
          picture.setRGB(pixel % 8, pixel / 8, new Color(grey, grey, grey).getRGB());
        }
        ImageIO.write(picture, "png", folder.resolve("data/" + name + "/" + i + ".png").toFile());
      }
    }
    Files.writeString(
        folder.resolve("network.json"),
        "{\"layers\": [{\"type\": \"Dense\", \"units\": 6}, {\"type\": \"Output\"}]}");
  }

  @Test
  void trainsEvaluatesAndPredicts() throws IOException {
    assertEquals(
        0,
        run(train("--test", "0.25", "--validation", "0.25", "--report", path("report"))),
        () -> err);
    assertTrue(err.contains("epoch 8/8  loss "), err);
    assertTrue(out.startsWith("Model: " + model), out);
    assertTrue(out.contains("10 pictures: accuracy 1.0000"), out);
    assertEquals(
        1,
        Json.readObject(Files.readString(folder.resolve("report/metrics.json")), "metrics")
            .get("accuracy")
            .asDouble());
    assertEquals(
        8,
        Json.readObject(Files.readString(folder.resolve("report/history.json")), "history")
            .get("epochs")
            .size());

    assertEquals(0, run(List.of("evaluate", model.toString(), path("data"))), () -> err);
    assertTrue(out.startsWith("40 pictures: accuracy 1.0000"), out);

    assertEquals(0, run(List.of("predict", model.toString(), path("data/light"))), () -> err);
    String[] rows = out.split("\r\n");
    assertEquals("path,prediction,probability,p_dark,p_light,damaged", rows[0]);
    assertEquals(21, rows.length);
    assertTrue(Arrays.stream(rows).skip(1).allMatch(row -> row.contains(".png,light,")), out);

    try (ImageClassifier classifier = ImageClassifier.load(model)) {
      assertEquals("dark", classifier.predict(folder.resolve("data/dark/3.png")).label());
    }
  }

  @Test
  void goesOnFromACheckpoint() {
    assertEquals(0, run(train("--epochs", "3", "--checkpoint", path("checkpoint.zip"))), () -> err);
    assertEquals(0, run(train("--resume", path("checkpoint.zip"))), () -> err);
    assertFalse(err.contains("epoch 3/8"), err);
    float[] resumed = parameters();
    assertEquals(0, run(train()), () -> err);
    assertArrayEquals(parameters(), resumed);
    assertEquals(1, run(train("--resume", path("checkpoint.zip"), "--batch-size", "4")));
    assertTrue(err.contains("the checkpoint was written with batch_size 5"), err);
    assertEquals(2, run(train("--checkpoint-every", "2")));
    assertTrue(err.contains("--checkpoint-every needs --checkpoint"), err);
  }

  @Test
  void augmentsWeighsAndOversamples() {
    assertEquals(0, run(train()), () -> err);
    float[] plain = parameters();
    for (String[] options :
        new String[][] {
          {"--augmentation-horizontal-flip", "--augmentation-shift", "0.2"},
          {"--augmentation-mixup=0.5", "--sampling", "oversample", "--class-weight", "balanced"}
        }) {
      assertEquals(0, run(train(options)), () -> err);
      assertFalse(Arrays.equals(plain, parameters()));
    }
    assertEquals(1, run(train("--class-weight", "purple=2,green=0.5")));
    assertTrue(err.contains("class_weight has the class "), err);
    assertEquals(2, run(train("--class-weight", "even")));
    assertEquals(2, run(train("--augmentation-shft", "0.2")));
    assertTrue(err.contains("did you mean --augmentation-shift?"), err);
  }

  @Test
  void speaksToProgramsAndKeepsQuiet() throws IOException {
    assertEquals(0, run(train("--quiet", "--test", "0.25")), () -> err);
    assertEquals("", out + err);
    assertEquals(0, run(train("--json", "--test", "0.25")), () -> err);
    JsonNode trained = Json.readObject(out, "the result");
    assertEquals(model.toString(), trained.get("model").asText());
    assertEquals(8, trained.get("epochs").size());
    assertEquals(1, trained.get("test").get("accuracy").asDouble());
    assertTrue(err.contains("epoch 8/8  loss "), err);

    assertEquals(0, run(List.of("evaluate", model.toString(), path("data"), "--json")), () -> err);
    assertEquals(
        40, Json.readObject(out, "the result").at("/metrics/per_class/0/support").asInt() * 2);

    Files.writeString(folder.resolve("data/light/text.png"), "no picture");
    List<String> predict = List.of("predict", model.toString(), path("data/light"), "--json");
    assertEquals(0, run(predict), () -> err);
    String[] rows = out.split("\n");
    assertEquals(21, rows.length);
    JsonNode light = Json.readObject(rows[0], "a row");
    assertEquals("light", light.get("prediction").asText());
    assertEquals(1, light.get("p_dark").asDouble() + light.get("p_light").asDouble(), 1e-5);
    assertTrue(light.get("damaged").isNull());
    JsonNode damaged = Json.readObject(rows[20], "a row");
    assertTrue(damaged.get("p_dark").isNull());
    assertTrue(damaged.get("damaged").asText().startsWith("not_a_picture"), rows[20]);

    List<String> intoFile = new ArrayList<>(predict);
    intoFile.addAll(List.of("--out", path("rows.jsonl")));
    assertEquals(0, run(intoFile), () -> err);
    assertEquals(20, Json.readObject(out, "the result").get("predictions").asInt());
    assertEquals(List.of(rows), Files.readAllLines(folder.resolve("rows.jsonl")));
    intoFile.set(intoFile.size() - 1, path("rows.parquet"));
    assertEquals(2, run(intoFile));
    assertTrue(err.contains("Parquet is written on Spark"), err);
  }

  @Test
  void takesOptionsThatAreTrueOrFalseWithoutAValue() {
    assertEquals(0, run(train("--tune", "--no-tune", "--debug")), () -> err);
    assertEquals(2, run(train("--tune=true")));
    assertTrue(err.contains("--tune takes no value"), err);
    assertEquals(2, run(train("--no-epochs")));
    assertTrue(err.contains("there is no option --no-epochs; did you mean --epochs?"), err);
  }

  @Test
  void stopsEarlyAndReducesTheRate() throws IOException {
    List<String> decided =
        train(
            "--validation",
            "0.25",
            "--report",
            path("report"),
            "--learning-rate-schedule",
            "exponential",
            "--schedule-epochs",
            "1",
            "--schedule-factor",
            "0.5",
            "--early-stopping",
            "2",
            "--early-stopping-metric",
            "validation_accuracy",
            "--early-stopping-min-delta",
            "1",
            "--no-early-stopping-restore-best",
            "--keep",
            "last",
            "--reduce-on-plateau",
            "1",
            "--reduce-on-plateau-metric",
            "loss",
            "--reduce-on-plateau-min-delta",
            "100",
            "--checkpoint",
            path("best.zip"),
            "--checkpoint-keep",
            "best");
    assertEquals(0, run(decided), () -> err);
    assertTrue(
        err.contains(
            "stopped early after epoch 3: validation_accuracy was best in epoch 1; the parameters"
                + " of epoch 3 are kept"),
        err);
    assertTrue(out.startsWith("Model: " + model + " (epoch 3 of 3)"), out);
    JsonNode epochs =
        Json.readObject(Files.readString(folder.resolve("report/history.json")), "history")
            .get("epochs");
    assertEquals(3, epochs.size());
    // Six minibatches of 30 pictures: the last of the third epoch is number 17, after a reduction.
    double rate = 0.001 * Math.pow(0.5, 17 / 6.0) * 0.1;
    assertEquals(rate, epochs.get(2).get("learning_rate").asDouble(), 1e-12);
    assertTrue(Files.exists(folder.resolve("best.zip")));

    assertEquals(2, run(train("--early-stopping", "2")));
    assertTrue(err.contains("early stopping follows validation_loss, but there are no"), err);
    assertEquals(2, run(train("--early-stopping-metric", "loss")));
    assertTrue(err.contains("--early-stopping-metric needs --early-stopping, after how"), err);
    assertEquals(2, run(train("--reduce-on-plateau", "none")));
  }

  private float[] parameters() {
    try (ImageClassifier classifier = ImageClassifier.load(model)) {
      return classifier.core().snapshot().parameters();
    }
  }

  @Test
  void takesANetworkForSoManyClasses() throws IOException {
    Files.createDirectories(folder.resolve("data/grey"));
    for (int i = 0; i < 4; i++) {
      Files.copy(
          folder.resolve("data/light/" + i + ".png"), folder.resolve("data/grey/" + i + ".png"));
    }
    Files.writeString(
        folder.resolve("network.json"), "{\"layers\": [{\"type\": \"Output\", \"units\": 3}]}");
    assertEquals(0, run(train("--epochs", "1")), () -> err);
  }

  @Test
  void takesOptionsFromAFile() throws IOException {
    // Not --tune: its trials may choose another layout each time, and with it other last bits.
    String flip = "--augmentation-horizontal-flip";
    assertEquals(0, run(train("--l2", "0.001", flip, "--class-weight", "dark=2")), () -> err);
    String expected = out;
    float[] same = parameters();
    Path file = folder.resolve("train.toml");
    String options =
        "network = '"
            + path("network.json")
            + "'\nmodel = '"
            + model
            + "'\nsize = 8\n"
            + "epochs = 3\nbatch-size = 5\nl2 = 1e-3\naugmentation_horizontal_flip = true\n"
            + "[class_weight]\ndark = 2\n";
    Files.writeString(file, options);
    List<String> command = List.of("train", path("data"), "--config", file.toString());
    // What the command line says wins.
    assertEquals(0, run(with(command, "--epochs", "8")), () -> err);
    assertEquals(expected, out);
    assertArrayEquals(same, parameters());
    Files.writeString(file, "quiet = true\ndebug = false\ntune = true\n" + options);
    assertEquals(0, run(command), () -> err);
    assertEquals("", out + err);

    String[][] wrong = {
      {"learning_rat = 1", "2", "there is no option learning_rat; did you mean learning_rate?"},
      {"master = 'local[2]'", "2", "master is an option of spark-submit"},
      {"epochs = '5'", "2", "epochs must be of type integer, but is \"5\""},
      {"epochs = -1", "2", "epochs must be at least 0, but is -1"},
      {"tune = 1", "2", "tune must be of type boolean, but is 1"},
      {"quiet = 'yes'", "2", "quiet must be true or false, but is \"yes\""},
      {"network = ['a']", "2", "network must be a text, but is [\"a\"]"},
      {"early_stopping = 'soon'", "2", "early_stopping must be of type integer"},
      {"augmentation_shift = 2", "2", "augmentation_shift must be below 1, but is 2"},
      {"epochs =", "1", "is not a TOML file: "}
    };
    for (String[] one : wrong) {
      Files.writeString(file, one[0]);
      assertEquals(Integer.parseInt(one[1]), run(command), one[0]);
      assertTrue(err.startsWith("sparkdl4j: error: " + file), err);
      assertTrue(err.contains(one[2]), err);
      assertEquals(1, err.lines().count());
    }
    assertEquals(1, run(List.of("train", path("data"), "--config", path("missing.toml"))));
    assertTrue(err.contains("the configuration file " + path("missing.toml") + " does not"), err);
  }

  @Test
  void beginsWithAPretrainedModel() {
    assertEquals(0, run(train("--standardize", "feature")), () -> err);
    float[] learned = parameters();
    Path base = folder.resolve("base.zip");
    assertTrue(model.toFile().renameTo(base.toFile()));
    List<String> further =
        List.of("train", path("data"), "--pretrained", base.toString(), "--model", "" + model);
    String kept = ", but that of the pretrained model is ";
    String[][] contradictions = {
      {"--size", "9", "size is 9x9" + kept + "8x8, and is kept: leave size out"},
      {"--channels", "1", "channels is 1" + kept + "3"},
      {"--window", "0,9", "window is [0" + "", kept + "\"full\""},
      {"--standardize", "none", "standardize is none" + kept + "feature"},
      {"--activation", "elu", "activation is elu" + kept + "relu"},
      {"--network", "fashion", "network is fashion" + kept + "another one"}
    };
    for (String[] given : contradictions) {
      assertEquals(2, run(with(further, given[0], given[1])), given[0]);
      for (String words : Arrays.asList(given).subList(2, given.length)) {
        assertTrue(err.contains(words), err);
      }
    }
    assertEquals(2, run(train("--trainable", "head")));
    assertTrue(err.contains("begin with a pretrained model"), err);

    List<String> same = with(further, "--size", "8", "--channels", "3", "--activation", "relu");
    same = with(same, "--network", path("network.json"), "--standardize", "feature");
    same = with(same, "--window", "full");
    assertEquals(0, run(with(same, "--trainable", "head", "--epochs", "2")), () -> err);
    float[] head = parameters();
    // The output layer: six values to two classes.
    int own = 6 * 2 + 2;
    int rest = learned.length - own;
    assertArrayEquals(Arrays.copyOf(learned, rest), Arrays.copyOf(head, rest));
    assertFalse(Arrays.equals(learned, head));
    try (ImageClassifier classifier = ImageClassifier.load(model)) {
      JsonNode options = classifier.metadata().training().get("options");
      assertEquals("feature", options.get("standardize").asText());
      assertEquals("head", options.get("trainable").asText());
    }
  }

  @Test
  void writesEventsAsLines() throws IOException {
    Path log = folder.resolve("log.jsonl");
    String[] logged = {"--json-log", log.toString(), "--checkpoint", path("checkpoint.zip")};
    assertEquals(0, run(with(train(logged), "--epochs", "2")), () -> err);
    // What a machine that stopped has left.
    Files.writeString(log, Files.readString(log) + "{\"time\": ");
    List<String> resumed = train("--json-log", log.toString(), "--resume", path("checkpoint.zip"));
    assertEquals(0, run(with(resumed, "--epochs", "3")), () -> err);
    List<JsonNode> events = new ArrayList<>();
    for (String line : Files.readAllLines(log)) events.add(Json.readObject(line, line));
    List<JsonNode> starts = new ArrayList<>();
    List<Integer> epochs = new ArrayList<>();
    for (JsonNode event : events) {
      assertTrue(
          event.get("time").asText().matches("\\d{4}-\\d\\d-\\d\\dT[\\d:]{8}\\.\\d{3}\\+00:00"),
          event.toString());
      if (event.get("type").asText().equals("start")) starts.add(event);
      if (event.get("type").asText().equals("epoch")) epochs.add(event.get("epoch").asInt());
    }
    assertEquals(List.of(1, 2, 3), epochs);
    assertEquals(
        List.of(0, 2),
        List.of(starts.get(0).at("/finished").size(), starts.get(1).at("/finished").size()));
    assertEquals("[\"dark\",\"light\"]", starts.get(1).get("classes").toString());
    JsonNode options = starts.get(1).get("options");
    assertEquals(5, options.get("batch_size").asInt());
    assertEquals(0.001, options.get("learning_rate").asDouble());
    assertEquals("all", options.get("trainable").asText());
    assertEquals(1, run(train("--json-log", path("no/folder/log.jsonl"))));
    assertTrue(err.contains("does not exist"), err);
  }

  @Test
  void endsWhereEventsCannotBeWritten() {
    Path full = Path.of("/dev/full");
    assumeTrue(Files.isWritable(full));
    assertEquals(1, run(train("--json-log", full.toString())));
    assertTrue(err.contains("/dev/full cannot be written: "), err);
    assertFalse(Files.exists(model));
  }

  @Test
  void readsPicturesFromACache() throws IOException {
    Files.writeString(folder.resolve("data/dark/text.png"), "no picture");
    String[] options = {"--max-damaged", "0.1", "--test", "0.25", "--validation", "0.25"};
    assertEquals(0, run(train(options)), () -> err);
    float[] plain = parameters();
    for (int time = 0; time < 2; time++) {
      assertEquals(0, run(with(train(options), "--cache", path("cache"))), () -> err);
      assertArrayEquals(plain, parameters());
      assertTrue(err.contains("text.png"), err);
    }
    try (Stream<Path> files = Files.list(folder.resolve("cache"))) {
      assertEquals(1, files.filter(file -> file.toString().endsWith(".pixels")).count());
    }
    List<String> evaluate = List.of("evaluate", model.toString(), path("data"));
    evaluate = with(evaluate, "--max-damaged", "0.1", "--cache", path("cache"));
    assertEquals(0, run(evaluate), () -> err);
    assertTrue(out.startsWith("40 pictures: accuracy 1.0000"), out);
  }

  private static List<String> with(List<String> arguments, String... more) {
    List<String> all = new ArrayList<>(arguments);
    all.addAll(Arrays.asList(more));
    return all;
  }

  @Test
  void takesClassesFromNames() throws IOException {
    assertEquals(0, run(train("--name-pattern", "(?P<label>dark|light)")), () -> err);
    assertEquals(1, run(train("--name-pattern", "(?P<label>dark)/")));
    assertTrue(err.contains("0.png does not match name_pattern"), err);
    assertEquals(2, run(train("--name-pattern", "dark")));
  }

  @Test
  void saysWhatIsDamagedAndGoesOn() throws IOException {
    Files.writeString(folder.resolve("data/dark/text.png"), "no picture");
    assertEquals(1, run(train()));
    assertTrue(err.contains("1 of 41 pictures are damaged"), err);
    assertEquals(0, run(train("--max-damaged", "0.1")));
    assertTrue(err.contains("text.png"), err);
  }

  @Test
  void savesNothingThatDivergedAtOnce() {
    assertEquals(1, run(train("--updater", "sgd", "--learning-rate", "100", "--l2", "100")));
    assertTrue(err.contains("the loss became NaN or infinite in epoch "), err);
    assertFalse(err.contains("\tat "), err);
  }

  @Test
  void wrongUsageHasItsOwnCode() {
    assertEquals(2, run(List.of()));
    assertEquals(2, run(List.of("fly")));
    assertEquals(2, run(List.of("predict", "model.zip")));
    assertEquals(2, run(train("--epoch", "3")));
    assertTrue(err.contains("did you mean --epochs?"), err);
    assertEquals(2, run(train("--epochs", "three")));
    assertEquals(2, run(train("--epochs", "-1")));
    assertEquals(2, run(train("--size", "big")));
    assertEquals(2, run(train("--window", "5")));
    assertEquals(2, run(train("--test", "1.5")));
    assertEquals(1, run(List.of("evaluate", path("missing.zip"), path("data"))));
    assertEquals(1, run(List.of("train", path("data"), "--model", path("no/folder/model.zip"))));
  }

  private List<String> train(String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of("train", path("data"), "--network", path("network.json"), "--size", "8"));
    arguments.addAll(List.of("--epochs", "8", "--batch-size", "5", "--model", model.toString()));
    arguments.addAll(Arrays.asList(more));
    return arguments;
  }

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  private int run(List<String> arguments) {
    ByteArrayOutputStream outBytes = new ByteArrayOutputStream();
    ByteArrayOutputStream errBytes = new ByteArrayOutputStream();
    int code = Main.run(arguments, new PrintStream(outBytes), new PrintStream(errBytes));
    out = outBytes.toString();
    err = errBytes.toString();
    return code;
  }
}
