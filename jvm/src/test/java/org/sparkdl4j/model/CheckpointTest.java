package org.sparkdl4j.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.node.ArrayNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.dataset.LabeledImages;
import org.sparkdl4j.dataset.ScalerKind;
import org.sparkdl4j.dataset.StandardScaler;
import org.sparkdl4j.dl4j.NetworkState;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.file.AtomicFile;
import org.sparkdl4j.file.FileStore;
import org.sparkdl4j.file.LocalFiles;
import org.sparkdl4j.image.DecodeOptions;
import org.sparkdl4j.network.NetworkSpec;
import org.sparkdl4j.spec.Json;
import org.sparkdl4j.training.Blobs;

class CheckpointTest {
  private static final String OPTIONS =
      "{'epochs':3,'batch_size':10,'seed':5,'num_workers':%d,'averaging_frequency':2,'keep':'%s'}";

  private final LabeledImages pictures = Blobs.images(64, 1);
  private final LabeledImages validation = Blobs.images(30, 2);

  @TempDir Path folder;

  /** Keeps every checkpoint that is written to the same path. */
  private static final class EveryVersion implements FileStore {
    private final List<byte[]> written = new ArrayList<>();

    @Override
    public void requireWritable(String path) {}

    @Override
    public void write(String path, AtomicFile.Content content) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      try {
        content.writeTo(out);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      written.add(out.toByteArray());
    }

    @Override
    public <T> T read(String path, Function<Path, T> reader) {
      throw new UnsupportedOperationException();
    }
  }

  @AfterEach
  void close() {
    pictures.close();
    validation.close();
  }

  @ParameterizedTest
  @CsvSource({
    "1,step,1,21,best",
    "1,step,5,4,last",
    "1,epoch,1,3,best",
    "2,round,1,6,last",
    "3,step,4,3,best",
    "2,epoch,2,1,best"
  })
  void resumedFromAnywhereItEndsWithTheSameBits(
      int workers, String unit, int every, int expected, String keep) throws IOException {
    String options = String.format(OPTIONS, workers, keep);
    EveryVersion files = new EveryVersion();
    try (ImageClassifier undisturbed = finish(training("adam", options));
        ImageClassifier written = finish(withCheckpoints(options, files, unit, every))) {
      assertSame(undisturbed, written);
      assertEquals(expected, files.written.size());
      for (byte[] version : files.written) {
        Path file = folder.resolve("version.zip");
        Files.write(file, version);
        ClassifierTraining resumed = training("adam", options);
        resumed.resume(new LocalFiles(), file.toString());
        try (ImageClassifier classifier = finish(resumed)) {
          assertSame(undisturbed, classifier);
        }
      }
    }
  }

  @Test
  void isAModelFileWithTheParametersOfTheMoment() {
    String path = folder.resolve("checkpoint.zip").toString();
    ClassifierTraining training = training("adam", String.format(OPTIONS, 1, "last"));
    training.writeCheckpoints(new LocalFiles(), path, object("{'unit':'epoch','every':3}"));
    try (ImageClassifier trained = finish(training);
        ImageClassifier loaded = ImageClassifier.load(Path.of(path))) {
      assertArrayEquals(trained.predict(validation, 8), loaded.predict(validation, 8));
      assertEquals("running", loaded.metadata().training().get("reason").asText());
      assertEquals(3, loaded.metadata().training().get("history").size());
    }
  }

  @Test
  void aFinishedRunGoesOnForMoreEpochs() {
    String path = folder.resolve("checkpoint.zip").toString();
    String options = String.format(OPTIONS, 1, "best");
    ClassifierTraining first = training("adam", options);
    first.writeCheckpoints(new LocalFiles(), path, object("{}"));
    finish(first).close();
    ClassifierTraining second = training("adam", options.replace("'epochs':3", "'epochs':5"));
    second.resume(new LocalFiles(), path);
    ClassifierTraining whole = training("adam", options.replace("'epochs':3", "'epochs':5"));
    try (ImageClassifier goneOn = finish(second);
        ImageClassifier inOne = finish(whole)) {
      assertSame(inOne, goneOn);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'num_workers':1 | 'num_workers':2 | was written with num_workers 1, but num_workers is 2",
        "'seed':5 | 'seed':6 | was written with seed 5",
        "'batch_size':10 | 'batch_size':9 | was written with batch_size 10"
      })
  void anotherTrainingIsRefused(String before, String now, String message) {
    String options = String.format(OPTIONS, 1, "best");
    assertRefused(training("adam", options.replace(before, now)), checkpoint(options), message);
  }

  /**
   * With a schedule, a reduction and early stopping, whose counts a resumed run must find again.
   */
  @ParameterizedTest
  @CsvSource({
    "1,step,3,one_cycle,loss,25",
    "2,round,1,cosine,validation_loss,12",
    "1,epoch,1,step,validation_accuracy,12"
  })
  void decisionsGoOnWhereTheyWere(
      int workers, String unit, int every, String schedule, String metric, int epochs)
      throws IOException {
    String options =
        String.format(OPTIONS, workers, "best")
            .replace("'epochs':3", "'epochs':" + epochs + ",'warmup_epochs':1.5")
            .replace("}", ",'schedule_epochs':2,'learning_rate_schedule':'" + schedule + "'}");
    String decisions =
        String.format(
            "{'early_stopping':{'patience':4,'metric':'%s','min_delta':0.01},"
                + "'reduce_on_plateau':{'patience':2,'factor':0.5,'metric':'%s','min_delta':0.01}}",
            metric, metric);
    EveryVersion files = new EveryVersion();
    ClassifierTraining writing = withCheckpoints(options, files, unit, every);
    writing.decideBy(null, object(decisions));
    try (ImageClassifier undisturbed = finish(writing)) {
      JsonNode training = undisturbed.metadata().training();
      assertEquals("stopped_early", training.get("reason").asText());
      int best = training.get("early_stopping").get("best_epoch").asInt();
      assertEquals(best, training.get("kept_epoch").asInt());
      assertEquals(best + 4, training.get("history").size());
      assertTrue(files.written.size() > 4);
      for (int i = 1; i < files.written.size(); i += 3) {
        Path file = folder.resolve("version.zip");
        Files.write(file, files.written.get(i));
        ClassifierTraining resumed = training("adam", options);
        resumed.decideBy(new LocalFiles(), object(decisions).put("resume", file.toString()));
        try (ImageClassifier classifier = finish(resumed)) {
          assertSame(undisturbed, classifier);
        }
      }
    }
  }

  @Test
  void theBestAndAllAreKept() {
    String options = String.format(OPTIONS, 1, "last").replace("'epochs':3", "'epochs':4");
    ClassifierTraining training = training("adam", options);
    String best = folder.resolve("best.zip").toString();
    String all = folder.resolve("all.zip").toString();
    training.decideBy(
        new LocalFiles(),
        object(
            "{'checkpoints':[{'path':'"
                + best
                + "','keep':'best','metric':'loss'},{'path':'"
                + all
                + "','keep':'all','every':2},{'path':'"
                + all
                + "','keep':'all','every':10,'unit':'step'}]}"));
    try (ImageClassifier trained = finish(training)) {
      int lowest = 0;
      JsonNode history = trained.metadata().training().get("history");
      for (int i = 1; i < history.size(); i++) {
        double loss = history.get(i).get("loss").asDouble();
        if (loss < history.get(lowest).get("loss").asDouble()) lowest = i;
      }
      try (ImageClassifier loaded = ImageClassifier.load(Path.of(best))) {
        assertEquals(lowest + 1, loaded.metadata().training().get("epoch").asInt());
      }
      String[] names = folder.toFile().list();
      Arrays.sort(names);
      // Four epochs of seven minibatches.
      assertArrayEquals(
          new String[] {
            "all-epoch-000002.zip",
            "all-epoch-000004.zip",
            "all-step-000010.zip",
            "all-step-000020.zip",
            "best.zip"
          },
          names);
    }
  }

  @Test
  void aScheduleOverTheWholeRunBelongsToItsLength() {
    String options =
        String.format(OPTIONS, 1, "best").replace("}", ",'learning_rate_schedule':'cosine'}");
    String longer = options.replace("'epochs':3", "'epochs':5");
    assertRefused(
        training("adam", longer), checkpoint(options), "written with epochs 3, but epochs is 5");
  }

  @Test
  void anotherReductionIsRefused() {
    String options = String.format(OPTIONS, 1, "best");
    ClassifierTraining training = training("adam", options);
    training.reduceOnPlateau(object("{'patience':3}"));
    assertRefused(training, checkpoint(options), "no reduction of the learning rate");
  }

  @Test
  void aMetricOfValidationNeedsIt() {
    ClassifierTraining training =
        new ClassifierTraining(
            Blobs.network(),
            Json.object(),
            Json.object(),
            (ArrayNode) Json.of(Blobs.CLASSES),
            DecodeOptions.fromJson(object("{'height':12,'width':12,'channels':1}")),
            StandardScaler.fit(ScalerKind.CHANNEL, pictures),
            pictures,
            null);
    training.stopEarly(object("{}"));
    SparkDl4jException refused = assertThrows(SparkDl4jException.class, training::start);
    assertEquals(ErrorCode.PARAMETER_CONFLICT, refused.code());
    assertTrue(refused.getMessage().contains("follows validation_loss"), refused.getMessage());
  }

  @Test
  void anotherNetworkIsRefused() {
    String options = String.format(OPTIONS, 1, "best");
    assertRefused(
        training("sgd", options), checkpoint(options), "was written with updater adam, but");
  }

  @Test
  void otherPicturesAreRefused() {
    String options = String.format(OPTIONS, 1, "best");
    try (LabeledImages others = Blobs.images(64, 9)) {
      assertRefused(
          training("adam", options, others, ScalerKind.CHANNEL),
          checkpoint(options),
          "is of other pictures");
    }
    // Without a scaler only their number tells them apart.
    try (LabeledImages fewer = Blobs.images(60, 1)) {
      Path path = folder.resolve("none.zip");
      ClassifierTraining training = training("adam", options, pictures, ScalerKind.NONE);
      training.writeCheckpoints(new LocalFiles(), path.toString(), object("{}"));
      finish(training).close();
      ClassifierTraining other = training("adam", options, fewer, ScalerKind.NONE);
      other.resume(new LocalFiles(), path.toString());
      SparkDl4jException refused = assertThrows(SparkDl4jException.class, () -> finish(other));
      assertEquals(ErrorCode.CHECKPOINT_MISMATCH, refused.code());
      assertTrue(refused.getMessage().contains("64 training pictures"), refused.getMessage());
    }
  }

  @Test
  void otherLabelsOrWeightsOfTheSamePicturesAreRefused() {
    Path path = checkpoint(String.format(OPTIONS, 1, "best"));
    int[] labels = pictures.labels();
    for (int i = 0; i < labels.length; i++) labels[i] = 1 - labels[i];
    assertRefusedAtStart(
        path, new LabeledImages(pictures.block(), null, labels, pictures.classes()), "labels");
    float[] weights = new float[pictures.size()];
    Arrays.fill(weights, 1);
    weights[7] = 2;
    assertRefusedAtStart(path, pictures.withWeights(weights), "weights");
  }

  private void assertRefusedAtStart(Path checkpoint, LabeledImages train, String what) {
    String options = String.format(OPTIONS, 1, "best");
    ClassifierTraining training = training("adam", options, train, ScalerKind.CHANNEL);
    training.resume(new LocalFiles(), checkpoint.toString());
    SparkDl4jException refused = assertThrows(SparkDl4jException.class, () -> finish(training));
    assertEquals(ErrorCode.CHECKPOINT_MISMATCH, refused.code());
    assertTrue(refused.getMessage().contains("had other " + what), refused.getMessage());
  }

  @Test
  void aModelFileIsNoCheckpoint() {
    Path path = folder.resolve("model.zip");
    String options = String.format(OPTIONS, 1, "best");
    try (ImageClassifier trained = finish(training("adam", options))) {
      trained.save(path);
    }
    assertRefused(training("adam", options), path, "is no checkpoint");
  }

  @Test
  void aDamagedCheckpointIsRefused() throws IOException {
    String options = String.format(OPTIONS, 1, "best");
    Path path = checkpoint(options);
    byte[] content = Files.readAllBytes(path);
    Files.write(path, Arrays.copyOf(content, content.length / 2));
    ClassifierTraining training = training("adam", options);
    SparkDl4jException refused =
        assertThrows(
            SparkDl4jException.class, () -> training.resume(new LocalFiles(), path.toString()));
    assertEquals(ErrorCode.MODEL_FILE_DAMAGED, refused.code());
  }

  @Test
  void whatCannotBeWrittenIsRefusedBeforeTraining() {
    ClassifierTraining training = training("adam", String.format(OPTIONS, 1, "best"));
    String path = folder.resolve("missing").resolve("checkpoint.zip").toString();
    SparkDl4jException refused =
        assertThrows(
            SparkDl4jException.class,
            () -> training.writeCheckpoints(new LocalFiles(), path, object("{}")));
    assertEquals(ErrorCode.FILE_NOT_FOUND, refused.code());
  }

  private Path checkpoint(String options) {
    Path path = folder.resolve("checkpoint.zip");
    ClassifierTraining training = training("adam", options);
    training.writeCheckpoints(new LocalFiles(), path.toString(), object("{}"));
    finish(training).close();
    return path;
  }

  private static void assertRefused(ClassifierTraining training, Path checkpoint, String message) {
    SparkDl4jException refused =
        assertThrows(
            SparkDl4jException.class,
            () -> training.resume(new LocalFiles(), checkpoint.toString()));
    assertEquals(ErrorCode.CHECKPOINT_MISMATCH, refused.code());
    assertTrue(refused.getMessage().contains(message), refused.getMessage());
  }

  private ClassifierTraining withCheckpoints(
      String options, FileStore files, String unit, int every) {
    ClassifierTraining training = training("adam", options);
    ObjectNode schedule = Json.object().put("unit", unit).put("every", every);
    training.writeCheckpoints(files, "checkpoint.zip", schedule);
    return training;
  }

  private ClassifierTraining training(String updater, String options) {
    return training(updater, options, pictures, ScalerKind.CHANNEL);
  }

  private ClassifierTraining training(
      String updater, String options, LabeledImages train, ScalerKind standardize) {
    NetworkSpec network = Blobs.network();
    return new ClassifierTraining(
        network,
        Json.object().put("updater", updater).put("learning_rate", 0.01),
        object(options),
        (ArrayNode) Json.of(Blobs.CLASSES),
        DecodeOptions.fromJson(object("{'height':12,'width':12,'channels':1}")),
        StandardScaler.fit(standardize, train),
        train,
        validation);
  }

  private static ImageClassifier finish(ClassifierTraining training) {
    training.start();
    while (true) {
      String event = training.poll(1000);
      if (event == null) continue;
      String type = object(event).get("type").asText();
      if (type.equals("end") || type.equals("error")) return training.result();
    }
  }

  private static void assertSame(ImageClassifier expected, ImageClassifier found) {
    NetworkState state = expected.core().snapshot();
    NetworkState other = found.core().snapshot();
    assertArrayEquals(state.parameters(), other.parameters());
    assertArrayEquals(state.updater(), other.updater());
    assertEquals(state.iteration(), other.iteration());
    assertEquals(state.epoch(), other.epoch());
    assertEquals(withoutTimes(expected), withoutTimes(found));
  }

  private static JsonNode withoutTimes(ImageClassifier classifier) {
    ObjectNode training = classifier.metadata().training().deepCopy();
    training.remove(List.of("input_waits", "input_wait_seconds"));
    for (JsonNode epoch : training.get("history")) {
      ((ObjectNode) epoch)
          .remove(List.of("images_per_second", "seconds", "input_waits", "input_wait_seconds"));
    }
    return training;
  }

  private static ObjectNode object(String json) {
    return Json.readObject(json.replace('\'', '"'), "test");
  }
}
