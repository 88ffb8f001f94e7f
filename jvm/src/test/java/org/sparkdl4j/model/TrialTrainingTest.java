package org.sparkdl4j.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.dataset.LabeledImages;
import org.sparkdl4j.image.DecodeOptions;
import org.sparkdl4j.onednn.Threads;
import org.sparkdl4j.spec.Json;
import org.sparkdl4j.training.Blobs;

class TrialTrainingTest {
  private final LabeledImages pictures = Blobs.images(64, 1);
  private final LabeledImages validation = Blobs.images(30, 2);

  private final int threads = Threads.count();

  @TempDir Path folder;

  @AfterEach
  void close() {
    // A trial predicts with one thread, and here with that of all tests.
    Threads.use(threads);
    pictures.close();
    validation.close();
  }

  @Test
  void inPartsItGivesWhatItGivesInOnePiece() {
    TrialResult whole = run(4, null, 0.01);
    Path checkpoint = folder.resolve("checkpoint.zip");
    assertFalse(Files.exists(checkpoint));
    TrialResult first = run(1, null, 0.01);
    assertEquals("stopped", reason(first));
    TrialResult second = run(3, checkpoint, 0.01);
    assertEquals("stopped", reason(second));
    assertEquals(3, history(second).size());
    TrialResult last = run(4, checkpoint, 0.01);
    assertEquals("completed", reason(last));
    assertArrayEquals(whole.probabilities(), last.probabilities());
    assertEquals(30 * 2 * Float.BYTES, whole.probabilities().length);
    for (int epoch = 0; epoch < 4; epoch++) {
      assertEquals(
          history(whole).get(epoch).get("validation_loss"),
          history(last).get(epoch).get("validation_loss"));
    }
  }

  @Test
  void sideBySideTheyGiveWhatTheyGiveOneByOne() throws Exception {
    double[] rates = {0.001, 0.01, 0.03, 0.1};
    ExecutorService threads = Executors.newFixedThreadPool(rates.length);
    try {
      Future<?>[] running = new Future<?>[rates.length];
      for (int i = 0; i < rates.length; i++) {
        double rate = rates[i];
        Callable<TrialResult> trial = () -> run(4, null, rate);
        running[i] = threads.submit(trial);
      }
      for (int i = 0; i < rates.length; i++) {
        byte[] together = ((TrialResult) running[i].get()).probabilities();
        assertArrayEquals(run(4, null, rates[i]).probabilities(), together);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void oneThatIsCancelledEnds() {
    TrialTraining training = new TrialTraining(request(100_000, 100_000, 0.01), pictures, null);
    long start = System.nanoTime();
    TrialResult result =
        training.run(
            null, folder.resolve("none.zip"), () -> System.nanoTime() - start > 300_000_000L);
    assertEquals("cancelled", reason(result));
    assertEquals(0, result.probabilities().length);
    assertTrue(history(result).size() < 100_000);
  }

  private TrialResult run(int until, Path resume, double rate) {
    return new TrialTraining(request(4, until, rate), pictures, validation)
        .run(resume, folder.resolve("checkpoint.zip"), () -> false);
  }

  private static ObjectNode request(int epochs, int until, double rate) {
    ObjectNode request = Json.object().put("until_epoch", until);
    request.set("network", Blobs.network().toJson());
    request.set("network_options", Json.object().put("learning_rate", rate));
    request.set(
        "training_options",
        Json.object().put("epochs", epochs).put("batch_size", 10).put("threads", 1));
    request.set("labels", Json.of(Blobs.CLASSES));
    request.set("image", new DecodeOptions(12, 12, 1).toJson());
    return request;
  }

  private static String reason(TrialResult result) {
    return Json.readObject(result.summary(), "summary").get("reason").asText();
  }

  private static JsonNode history(TrialResult result) {
    return Json.readObject(result.summary(), "summary").get("history");
  }
}
