package org.sparkdl4j.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
