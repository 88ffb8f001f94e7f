package org.sparkdl4j.serving;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.image.DecodeOptions;
import org.sparkdl4j.image.Pictures;
import org.sparkdl4j.model.ImageClassifier;
import org.sparkdl4j.model.Prediction;
import org.sparkdl4j.spec.Json;

class MicroBatcherTest {
  private static final float ROUNDING = 1e-6f;
  private static ImageClassifier classifier;

  @BeforeAll
  static void make() {
    classifier = SmallModels.untrained("left", "right");
  }

  @AfterAll
  static void close() {
    classifier.close();
  }

  @Test
  void predictsAsTheClassifierDoes() throws Exception {
    try (MicroBatcher batcher = new MicroBatcher(classifier, BatchingOptions.DEFAULT)) {
      List<byte[]> pictures = new ArrayList<>();
      for (int i = 0; i < 45; i++) pictures.add(picture(i));
      List<PictureResult> results = batcher.predictAll(pictures).get(20, TimeUnit.SECONDS);
      for (int i = 0; i < pictures.size(); i++) {
        Prediction alone = classifier.predict(pictures.get(i));
        Prediction together = results.get(i).prediction();
        assertArrayEquals(alone.probabilities(), together.probabilities(), ROUNDING);
        assertEquals(alone.label(), together.label());
      }
      BatchStatistics statistics = batcher.statistics();
      assertEquals(45, statistics.pictures());
      assertEquals(0, statistics.waiting());
      // Many in one batch: else this would be no batcher.
      assertTrue(statistics.batches() < 20, () -> "batches: " + statistics.batches());
    }
  }

  @Test
  void appliesTheModelsSteps() throws Exception {
    ObjectNode image = Json.object().put("height", 12).put("width", 12).put("channels", 1);
    image.putArray("preprocessing").addObject().put("step", "fourier_transform");
    try (ImageClassifier stepping =
            SmallModels.untrained(DecodeOptions.fromJson(image), "left", "right");
        MicroBatcher batcher = new MicroBatcher(stepping, BatchingOptions.DEFAULT)) {
      for (int i = 0; i < 5; i++) {
        float[] wanted = stepping.predict(picture(i)).probabilities();
        float[] found = batcher.predict(picture(i)).get(20, TimeUnit.SECONDS).probabilities();
        assertArrayEquals(wanted, found, ROUNDING);
        assertFalse(Arrays.equals(classifier.predict(picture(i)).probabilities(), found));
      }
    }
  }

  @Test
  void manyCallersAreAnsweredEachWithItsOwn() throws Exception {
    try (MicroBatcher batcher = new MicroBatcher(classifier, BatchingOptions.DEFAULT)) {
      List<CompletableFuture<Void>> callers = new ArrayList<>();
      for (int caller = 0; caller < 12; caller++) {
        byte[] picture = picture(7 * caller);
        float[] wanted = classifier.predict(picture).probabilities();
        callers.add(
            CompletableFuture.runAsync(
                () -> {
                  for (int i = 0; i < 50; i++) {
                    assertArrayEquals(
                        wanted, batcher.predict(picture).join().probabilities(), ROUNDING);
                  }
                }));
      }
      for (CompletableFuture<Void> caller : callers) caller.get(30, TimeUnit.SECONDS);
      assertEquals(600, batcher.statistics().pictures());
    }
  }

  @Test
  void aDamagedPictureSpoilsNoOther() throws Exception {
    try (MicroBatcher batcher = new MicroBatcher(classifier, BatchingOptions.DEFAULT)) {
      byte[] truncated = Arrays.copyOf(picture(1), 60);
      List<PictureResult> results =
          batcher
              .predictAll(List.of(picture(1), truncated, new byte[0], picture(2)))
              .get(10, TimeUnit.SECONDS);
      assertTrue(results.get(0).isPredicted() && results.get(3).isPredicted());
      assertEquals(ErrorCode.DATA_DAMAGED, results.get(1).problem().code());
      assertEquals("truncated", results.get(1).problem().details().get("reason"));
      assertEquals("empty", results.get(2).problem().details().get("reason"));
      assertEquals(2, batcher.statistics().damaged());
      ExecutionException failed =
          assertThrows(ExecutionException.class, () -> batcher.predict(truncated).get());
      assertEquals(ErrorCode.DATA_DAMAGED, ((SparkDl4jException) failed.getCause()).code());
      assertEquals(0, batcher.statistics().waiting());
    }
  }

  @Test
  void tooManyPixelsAreNotDecoded() throws Exception {
    BatchingOptions options = BatchingOptions.DEFAULT.with("max_pixels", 1000);
    try (MicroBatcher batcher = new MicroBatcher(classifier, options)) {
      PictureResult result =
          batcher.predictAll(List.of(Pictures.encode(".png", 40, 30))).get().get(0);
      assertEquals(ErrorCode.REQUEST_TOO_LARGE, result.problem().code());
      assertTrue(batcher.predict(Pictures.encode(".png", 20, 30)).get().probability() > 0);
    }
  }

  @Test
  void whatThereIsNoRoomForIsRefusedAtOnce() throws Exception {
    ComputingTurn turn = new ComputingTurn();
    BatchingOptions options = BatchingOptions.DEFAULT.with("max_queue", 8);
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    Thread other = holdTurn(turn, begun, end);
    try (MicroBatcher batcher = new MicroBatcher(classifier, options, turn)) {
      begun.await();
      List<CompletableFuture<Prediction>> taken = new ArrayList<>();
      for (int i = 0; i < 8; i++) taken.add(batcher.predict(picture(i)));
      SparkDl4jException refused =
          assertThrows(SparkDl4jException.class, () -> batcher.predict(picture(9)));
      assertEquals(ErrorCode.SERVER_BUSY, refused.code());
      assertEquals(1, refused.details().get("retry_after_seconds"));
      assertEquals(8, batcher.statistics().waiting());
      end.countDown();
      for (CompletableFuture<Prediction> each : taken) each.get(10, TimeUnit.SECONDS);
      assertTrue(batcher.predict(picture(9)).get(10, TimeUnit.SECONDS).probability() > 0);
    } finally {
      end.countDown();
      other.join();
    }
  }

  @Test
  void whatIsCancelledIsNotComputed() throws Exception {
    ComputingTurn turn = new ComputingTurn();
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    Thread other = holdTurn(turn, begun, end);
    try (MicroBatcher batcher = new MicroBatcher(classifier, BatchingOptions.DEFAULT, turn)) {
      begun.await();
      CompletableFuture<Prediction> first = batcher.predict(picture(1));
      while (batcher.statistics().waiting() < 1) Thread.onSpinWait();
      List<CompletableFuture<Prediction>> given = new ArrayList<>();
      for (int i = 0; i < 40; i++) given.add(batcher.predict(picture(i)));
      given.forEach(each -> each.cancel(false));
      end.countDown();
      first.get(10, TimeUnit.SECONDS);
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
      while (batcher.statistics().waiting() > 0 && System.nanoTime() < deadline) Thread.sleep(5);
      assertEquals(0, batcher.statistics().waiting());
      assertTrue(batcher.statistics().pictures() < 20);
    } finally {
      end.countDown();
      other.join();
    }
  }

  @Test
  void closingAnswersWhatWasTaken() throws Exception {
    MicroBatcher batcher = new MicroBatcher(classifier, BatchingOptions.DEFAULT);
    List<CompletableFuture<Prediction>> taken = new ArrayList<>();
    for (int i = 0; i < 100; i++) taken.add(batcher.predict(picture(i)));
    batcher.close();
    for (CompletableFuture<Prediction> each : taken) assertTrue(each.isDone());
    assertFalse(taken.stream().anyMatch(CompletableFuture::isCompletedExceptionally));
    SparkDl4jException refused =
        assertThrows(SparkDl4jException.class, () -> batcher.predict(picture(1)));
    assertEquals(ErrorCode.SERVER_STOPPING, refused.code());
    batcher.close();
  }

  @Test
  void aNetworkWithoutNumbersIsRefused() {
    try (ImageClassifier broken = SmallModels.untrained("left", "right")) {
      INDArray parameters = broken.core().network().params();
      parameters.putScalar(0, Float.NaN);
      SparkDl4jException refused =
          assertThrows(
              SparkDl4jException.class, () -> new MicroBatcher(broken, BatchingOptions.DEFAULT));
      assertEquals(ErrorCode.DATA_NOT_FINITE, refused.code());
    }
  }

  @Test
  void aFileIsReadAgainWhilePicturesAreComing(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("model.zip");
    classifier.save(file);
    try (ServedModel model = new ServedModel(file, BatchingOptions.DEFAULT)) {
      List<CompletableFuture<Long>> callers = new ArrayList<>();
      CountDownLatch stop = new CountDownLatch(1);
      for (int caller = 0; caller < 4; caller++) {
        byte[] picture = picture(caller);
        callers.add(
            CompletableFuture.supplyAsync(
                () -> {
                  long renamed = 0;
                  while (stop.getCount() > 0) {
                    PictureResult result = model.predictAll(List.of(picture)).join().get(0);
                    if (result.prediction().labels().contains("up")) renamed++;
                  }
                  return renamed;
                }));
      }
      try (ImageClassifier other = SmallModels.untrained("up", "down")) {
        other.save(file);
      }
      for (int i = 0; i < 5; i++) model.reload();
      assertEquals(List.of("up", "down"), model.use(ImageClassifier::labels));
      java.nio.file.Files.write(file, new byte[] {1, 2, 3});
      SparkDl4jException refused = assertThrows(SparkDl4jException.class, model::reload);
      assertEquals(ErrorCode.MODEL_FILE_DAMAGED, refused.code());
      stop.countDown();
      for (CompletableFuture<Long> caller : callers) {
        // None has failed, and all have come to see the new labels.
        assertTrue(caller.get(20, TimeUnit.SECONDS) > 0);
      }
    }
  }

  @Test
  void modelsHaveNames(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("model.zip");
    classifier.save(file);
    try (ServedModels models = new ServedModels(BatchingOptions.DEFAULT)) {
      models.add("b", file);
      models.add("a", file);
      assertEquals(List.of("b", "a"), List.copyOf(models.names()));
      assertEquals(
          ErrorCode.PARAMETER_CONFLICT,
          assertThrows(SparkDl4jException.class, () -> models.add("a", file)).code());
      assertEquals(
          ErrorCode.MODEL_UNKNOWN,
          assertThrows(SparkDl4jException.class, () -> models.get("../a")).code());
      List<CompletableFuture<List<PictureResult>>> both = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        both.add(models.get(i % 2 == 0 ? "a" : "b").predictAll(List.of(picture(i))));
      }
      for (CompletableFuture<List<PictureResult>> each : both) {
        assertTrue(each.get(20, TimeUnit.SECONDS).get(0).isPredicted());
      }
    }
  }

  private static byte[] picture(int number) {
    return Pictures.encode(".png", 13 + number % 20, 12 + number % 7);
  }

  /** Another one that computes until {@code end}. */
  private static Thread holdTurn(ComputingTurn turn, CountDownLatch begun, CountDownLatch end) {
    Thread other =
        new Thread(
            () ->
                turn.compute(
                    () -> {
                      begun.countDown();
                      try {
                        end.await();
                      } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                      }
                    }));
    other.start();
    return other;
  }
}
