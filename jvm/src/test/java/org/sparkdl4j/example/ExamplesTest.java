package org.sparkdl4j.example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.sparkdl4j.image.Pictures;
import org.sparkdl4j.model.ImageClassifier;

/** The examples of the documentation run. */
@Tag("spark")
class ExamplesTest {
  /** What spark-submit would say. */
  private static final Map<String, String> SETTINGS =
      Map.of(
          "spark.master", "local[2]",
          "spark.ui.enabled", "false",
          "spark.log.level", "OFF",
          "spark.driver.host", "localhost");

  private final Map<String, String> before = new HashMap<>();
  private final PrintStream console = System.out;
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

  @BeforeEach
  void submit() {
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    SETTINGS.forEach((name, value) -> before.put(name, System.setProperty(name, value)));
  }

  @AfterEach
  void restore() {
    System.setOut(console);
    before.forEach(
        (name, value) -> {
          if (value == null) System.clearProperty(name);
          else System.setProperty(name, value);
        });
  }

  @Test
  void trainsOnDataSets(@TempDir Path folder) throws IOException {
    Files.createDirectory(folder.resolve("data"));
    Random random = new Random(1);
    for (int file = 0; file < 5; file++) {
      int[] classes = random.ints(20, 0, 10).toArray();
      new DataSet(Nd4j.rand(DataType.FLOAT, 20, 1, 28, 28), labels(classes))
          .save(folder.resolve("data").resolve(file + ".bin").toFile());
    }
    Path model = folder.resolve("network.zip");
    TrainOnDataSets.main(new String[] {folder.resolve("data").toString(), model.toString()});
    MultiLayerNetwork network = MultiLayerNetwork.load(model.toFile(), true);
    assertEquals(20, network.getEpochCount());
    assertTrue(printed.toString(StandardCharsets.UTF_8).contains("ended: COMPLETED"));
  }

  @Test
  void trainsOnPictures(@TempDir Path folder) throws IOException {
    for (String name : List.of("beach", "desert")) {
      Path of = Files.createDirectories(folder.resolve("pictures").resolve(name));
      for (int i = 0; i < 6; i++) {
        int width = name.equals("beach") ? 60 + i : 20;
        Files.write(of.resolve(i + ".png"), Pictures.encode(".png", width, 40 + i));
      }
    }
    Path model = folder.resolve("model.zip");
    TrainOnPictures.main(new String[] {folder.resolve("pictures").toString(), model.toString()});
    try (ImageClassifier classifier = ImageClassifier.load(model)) {
      assertEquals(List.of("beach", "desert"), classifier.labels());
      assertEquals(20, classifier.metadata().training().get("history").size());
    }
  }

  private static INDArray labels(int[] classes) {
    float[][] rows = new float[classes.length][10];
    for (int i = 0; i < classes.length; i++) rows[i][classes[i]] = 1;
    return Nd4j.create(rows);
  }
}
