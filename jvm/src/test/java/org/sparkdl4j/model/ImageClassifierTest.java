package org.sparkdl4j.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.node.ArrayNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.dataset.LabeledImages;
import org.sparkdl4j.dataset.ScalerKind;
import org.sparkdl4j.dataset.StandardScaler;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.evaluation.Evaluation;
import org.sparkdl4j.image.DecodeOptions;
import org.sparkdl4j.minibatch.Minibatch;
import org.sparkdl4j.minibatch.Selection;
import org.sparkdl4j.network.NetworkSpec;
import org.sparkdl4j.plan.NetworkCore;
import org.sparkdl4j.plan.NetworkCores;
import org.sparkdl4j.spec.Json;
import org.sparkdl4j.spec.Options;
import org.sparkdl4j.training.Blobs;
import org.sparkdl4j.training.TrainingRun;

class ImageClassifierTest {
  private static final String MODEL = "sparkdl4j/model.json";
  private static final String SCALER = "sparkdl4j/scaler.json";
  private static final LabeledImages TEST = Blobs.images(25, 5);
  private static ImageClassifier trained;

  @TempDir Path folder;

  @BeforeAll
  static void train() {
    trained = train("adam", (ArrayNode) Json.of(List.of("left", "right")));
  }

  @AfterAll
  static void close() {
    trained.close();
    TEST.close();
  }

  @Test
  void savedAndLoadedItIsTheSame() throws IOException {
    Path file = folder.resolve("model.zip");
    trained.save(file);
    try (ImageClassifier loaded = ImageClassifier.load(file)) {
      assertArrayEquals(trained.predict(TEST, 8), loaded.predict(TEST, 8));
      assertArrayEquals(trained.core().snapshot().updater(), loaded.core().snapshot().updater());
      assertEquals(trained.core().snapshot().iteration(), loaded.core().snapshot().iteration());
      assertEquals(trained.core().snapshot().epoch(), loaded.core().snapshot().epoch());
      assertEquals(List.of("left", "right"), loaded.labels());
      assertEquals(trained.metadata().labels(), loaded.metadata().labels());
      assertEquals(trained.metadata().network(), loaded.metadata().network());
      assertEquals("{\"note\":\"made by a test\"}", loaded.metadata().training().toString());
      assertEquals(trained.scaler().toJson(), loaded.scaler().toJson());
      assertEquals(trained.image().toJson(), loaded.image().toJson());
      Path again = folder.resolve("again.zip");
      loaded.save(again);
      assertArrayEquals(Files.readAllBytes(file), Files.readAllBytes(again));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"sgd", "nesterov", "adagrad", "rmsprop", "adam"})
  void dl4jAloneReadsTheFile(String updater) throws IOException {
    Path file = folder.resolve("model.zip");
    try (ImageClassifier classifier = train(updater, (ArrayNode) Json.of(List.of(7, 9)))) {
      classifier.save(file);
      MultiLayerNetwork network = ModelSerializer.restoreMultiLayerNetwork(file.toFile());
      assertArrayEquals(
          classifier.core().snapshot().parameters(), network.params().toFloatVector());
      INDArray state = network.getUpdater().getStateViewArray();
      if (updater.equals("sgd")) {
        assertNull(state);
      } else {
        assertArrayEquals(classifier.core().snapshot().updater(), state.toFloatVector());
      }
      assertEquals(classifier.core().network().getIterationCount(), network.getIterationCount());
      try (Minibatch pictures =
          new Minibatch(TEST, classifier.scaler(), Blobs.SHAPE, TEST.size())) {
        pictures.load(Selection.range(0, 0, TEST.size()));
        float[] features = new float[TEST.size() * 144];
        pictures.features().get(features);
        INDArray output =
            network.output(Nd4j.create(features, new long[] {TEST.size(), 1, 12, 12}, 'c'));
        assertArrayEquals(classifier.predict(TEST, 25), output.dup('c').data().asFloat(), 1e-5f);
      }
      try (ImageClassifier loaded = ImageClassifier.load(file)) {
        assertEquals("integer", loaded.metadata().labelType());
        assertArrayEquals(classifier.predict(TEST, 25), loaded.predict(TEST, 25));
      }
    }
  }

  @Test
  void everyChoiceOfTheOptionsCanBeLoadedAgain() {
    for (String option : List.of("activation", "weight_init", "updater")) {
      for (JsonNode choice : Options.option("network", option).get("choices")) {
        ObjectNode options = Json.object();
        options.set(option, choice);
        options.put("l1", 0.1).put("l2", 0.2);
        Path file = folder.resolve("choice.zip");
        try (ImageClassifier classifier = classifier(options)) {
          classifier.save(file);
          ImageClassifier.load(file).close();
        }
      }
    }
  }

  @Test
  void predictionsDoNotDependOnTheBatch() {
    float[] together = trained.predict(TEST, 100);
    for (int batchSize : new int[] {1, 7, 25}) {
      assertArrayEquals(together, trained.predict(TEST, batchSize), 1e-6f);
    }
    assertTrue(Evaluation.of(TEST.labels(), together, 2).accuracy() >= 0.9);
    assertEquals(0, trained.predict(TEST.subset(new int[0]), 3).length);
    assertCode(ErrorCode.PARAMETER_RANGE, () -> trained.predict(TEST, 0));
  }

  @Test
  void predictsOnePicture() throws IOException {
    BufferedImage picture = new BufferedImage(24, 24, BufferedImage.TYPE_BYTE_GRAY);
    for (int y = 0; y < 24; y++) {
      for (int x = 0; x < 24; x++) picture.setRGB(x, y, x < 12 ? 0x505050 : 0x8c8c8c);
    }
    Path file = folder.resolve("picture.png");
    ImageIO.write(picture, "png", file.toFile());
    Prediction prediction = trained.predict(file);
    assertEquals("right", prediction.label());
    assertEquals(1, prediction.index());
    assertTrue(prediction.probability() > 0.5);
    assertArrayEquals(
        prediction.probabilities(), trained.predict(Files.readAllBytes(file)).probabilities());
    assertCode(ErrorCode.DATA_DAMAGED, () -> trained.predict(new byte[] {1, 2, 3}));
    assertCode(ErrorCode.FILE_NOT_FOUND, () -> trained.predict(folder.resolve("none.png")));
    assertCode(ErrorCode.FILE_UNREADABLE, () -> trained.predict(folder));
  }

  @Test
  void labelsKeepTheirType() {
    assertEquals("boolean", typeOf(List.of(true, false)));
    assertEquals("number", typeOf(List.of(1.5, 2)));
    assertCode(ErrorCode.DATA_LABELS, () -> typeOf(List.of("a", 1)));
    assertCode(ErrorCode.DATA_LABELS, () -> typeOf(List.of("a", "a")));
    assertCode(ErrorCode.DATA_ONE_CLASS, () -> typeOf(List.of("a")));
  }

  @Test
  void savingWhereNothingCanBeWrittenLeavesTheOldFile() throws IOException {
    Path file = folder.resolve("model.zip");
    trained.save(file);
    byte[] before = Files.readAllBytes(file);
    assertCode(ErrorCode.FILE_UNWRITABLE, () -> trained.save(file.resolve("below.zip")));
    assertArrayEquals(before, Files.readAllBytes(file));
  }

  @Test
  void refusesWhatIsNoModelFile() throws IOException {
    assertCode(ErrorCode.FILE_NOT_FOUND, () -> ImageClassifier.load(folder.resolve("none.zip")));
    assertCode(ErrorCode.FILE_UNREADABLE, () -> ImageClassifier.load(folder));
    Path file = folder.resolve("model.zip");
    Files.write(file, new byte[0]);
    assertCode(ErrorCode.MODEL_FILE_DAMAGED, () -> ImageClassifier.load(file));
    Files.writeString(file, "no zip at all");
    assertCode(ErrorCode.MODEL_FILE_DAMAGED, () -> ImageClassifier.load(file));
    trained.save(file);
    byte[] whole = Files.readAllBytes(file);
    for (int length : new int[] {10, whole.length / 2, whole.length - 1}) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertCode(ErrorCode.MODEL_FILE_DAMAGED, () -> ImageClassifier.load(file));
    }
  }

  @Test
  void refusesAChangedByteInEveryEntry() throws IOException {
    for (String name : entries().keySet()) {
      Map<String, byte[]> entries = entries();
      byte[] content = entries.get(name);
      content[content.length / 2] ^= 1;
      SparkDl4jException e = refused(entries);
      // model.json holds the sums of the others; its own change may surface as any of these.
      if (!name.equals(MODEL)) {
        assertEquals(ErrorCode.MODEL_FILE_DAMAGED, e.code(), name + ": " + e.getMessage());
      }
    }
  }

  @Test
  void aChangedByteAnywhereIsRefusedOrChangesNothing() throws IOException {
    Path file = folder.resolve("model.zip");
    trained.save(file);
    byte[] whole = Files.readAllBytes(file);
    float[] expected = trained.predict(TEST, 25);
    int refused = 0;
    for (int at = 0; at < whole.length; at += 1 + whole.length / 50) {
      byte[] changed = whole.clone();
      changed[at] ^= 0x10;
      Files.write(file, changed);
      // A few bytes of a zip mean nothing to its readers, such as those of an entry's time.
      try (ImageClassifier loaded = ImageClassifier.load(file)) {
        assertArrayEquals(expected, loaded.predict(TEST, 25));
      } catch (SparkDl4jException e) {
        assertTrue(e.code().name().startsWith("MODEL_FILE_"), e.getMessage());
        refused++;
      }
    }
    assertTrue(refused > 40, refused + " of 51");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"configuration.json", "coefficients.bin", "updaterState.bin", MODEL, SCALER})
  void refusesAMissingEntry(String name) throws IOException {
    Map<String, byte[]> entries = entries();
    entries.remove(name);
    SparkDl4jException e = refused(entries);
    assertEquals(ErrorCode.MODEL_FILE_DAMAGED, e.code());
    assertTrue(e.getMessage().contains("lacks the entry " + name), e.getMessage());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../evil.txt",
        "a/../../evil",
        "/etc/evil",
        "..\\evil",
        "C:evil",
        "preprocessor.bin",
        "normalizer.bin",
        "other.txt"
      })
  void refusesForeignEntries(String name) throws IOException {
    Map<String, byte[]> entries = entries();
    entries.put(name, new byte[] {1});
    SparkDl4jException e = refused(entries);
    assertEquals(ErrorCode.MODEL_FILE_UNSAFE, e.code(), e.getMessage());
    assertTrue(e.getMessage().contains(name), e.getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"coefficients.bin", "configuration.json", MODEL})
  void refusesJavaObjects(String name) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    new ObjectOutputStream(bytes).writeObject(new ArrayList<>(List.of("evil")));
    Map<String, byte[]> entries = entries();
    entries.put(name, bytes.toByteArray());
    SparkDl4jException e = refused(summed(entries));
    assertEquals(ErrorCode.MODEL_FILE_UNSAFE, e.code());
    assertTrue(e.getMessage().contains("serialised Java object"), e.getMessage());
  }

  @ParameterizedTest
  @CsvSource({
    "org.deeplearning4j.nn.weights.WeightInitXavier, javax.swing.JEditorPane",
    "org.nd4j.linalg.activations.impl.ActivationReLU,"
        + " org.nd4j.linalg.activations.impl.ActivationCube",
  })
  void refusesForeignClasses(String from, String to) throws IOException {
    SparkDl4jException e = refused(edited("configuration.json", from, to));
    assertEquals(ErrorCode.MODEL_FILE_UNSAFE, e.code());
    assertTrue(e.getMessage().contains(to), e.getMessage());
  }

  @Test
  void aClassHiddenBehindASecondNameIsNeverInstantiated() throws IOException {
    String relu = "\"@class\" : \"org.nd4j.linalg.activations.impl.ActivationReLU\"";
    String evil = "\"@class\" : \"org.sparkdl4j.model.ImageClassifierTest$Evil\"";
    Map<String, byte[]> entries = edited("configuration.json", relu, evil + ", " + relu);
    Evil.instantiated = false;
    ImageClassifier.load(written(entries)).close();
    assertFalse(Evil.instantiated);
  }

  /** What must never come to life. */
  public static class Evil extends ActivationReLU {
    static boolean instantiated;

    public Evil() {
      instantiated = true;
    }
  }

  @Test
  void refusesANewerFormatWhateverElseItHolds() throws IOException {
    Map<String, byte[]> entries = edited(MODEL, "\"format\" : 1", "\"format\" : 2");
    entries.put("sparkdl4j/something_new.json", new byte[] {1});
    SparkDl4jException e = refused(entries);
    assertEquals(ErrorCode.MODEL_FILE_NEWER, e.code());
    assertTrue(e.getMessage().contains("upgrade sparkdl4j"), e.getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"kernelSize\" : [ 3, 3 ]|\"kernelSize\" : [ 4, 4 ]",
        "\"nout\" : 8|\"nout\" : 9",
        "\"nin\" : 1|\"nin\" : 2",
        "\"inputHeight\" : 5|\"inputHeight\" : 6",
        "\"dataType\" : \"FLOAT\"|\"dataType\" : \"DOUBLE\"",
        "\"confs\"|\"Confs\"",
      })
  void refusesAConfigurationThatDoesNotFitTheRest(String from, String to) throws IOException {
    SparkDl4jException e = refused(edited("configuration.json", from, to));
    assertEquals(ErrorCode.MODEL_FILE_DAMAGED, e.code(), e.getMessage());
  }

  @Test
  void refusesAnotherNumberOfParameters() throws IOException {
    Map<String, byte[]> entries = entries();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ArrayFormat.write(Nd4j.ones(17), bytes);
    entries.put("coefficients.bin", bytes.toByteArray());
    SparkDl4jException e = refused(summed(entries));
    assertEquals(ErrorCode.MODEL_FILE_DAMAGED, e.code());
    assertTrue(e.getMessage().contains("17 values instead of"), e.getMessage());
  }

  @Test
  void refusesAForgedLengthBeforeAllocating() throws IOException {
    Map<String, byte[]> entries = entries();
    byte[] coefficients = entries.get("coefficients.bin");
    String text = new String(coefficients, StandardCharsets.ISO_8859_1);
    // The length stands between the names of allocation mode and type: make it 2^40.
    coefficients[text.indexOf("FLOAT") - 2 - 6] = 1;
    SparkDl4jException e = refused(summed(entries));
    assertEquals(ErrorCode.MODEL_FILE_DAMAGED, e.code());
    assertTrue(e.getMessage().contains("values instead of"), e.getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"coefficients.bin", SCALER, MODEL, "configuration.json"})
  void refusesABomb(String name) throws IOException {
    Map<String, byte[]> entries = entries();
    byte[] bomb = new byte[70 << 20];
    Arrays.fill(bomb, (byte) ' ');
    byte[] content = entries.get(name);
    System.arraycopy(content, 0, bomb, 0, content.length);
    entries.put(name, bomb);
    SparkDl4jException e = refused(summed(entries));
    assertEquals(ErrorCode.MODEL_FILE_UNSAFE, e.code());
    assertTrue(e.getMessage().contains("unpacks to more than"), e.getMessage());
  }

  @Test
  void refusesAnEntryThatIsThereTwice() throws IOException {
    Map<String, byte[]> entries = entries();
    entries.put("Configuration.json", entries.get("configuration.json"));
    Path file = written(entries);
    byte[] bytes = Files.readAllBytes(file);
    byte[] name = "Configuration.json".getBytes(StandardCharsets.US_ASCII);
    for (int i = 0; i + name.length <= bytes.length; i++) {
      if (Arrays.equals(Arrays.copyOfRange(bytes, i, i + name.length), name)) bytes[i] = 'c';
    }
    Files.write(file, bytes);
    assertCode(ErrorCode.MODEL_FILE_UNSAFE, () -> ImageClassifier.load(file));
  }

  @Test
  void partsMustFitEachOther() {
    DecodeOptions other = new DecodeOptions(13, 12, 1);
    assertCode(
        ErrorCode.DATA_SHAPE,
        () -> new ImageClassifier(trained.core(), trained.scaler(), other, trained.metadata()));
    ArrayNode three = trained.metadata().labels().add("third");
    assertCode(
        ErrorCode.DATA_LABELS,
        () ->
            new ImageClassifier(
                trained.core(),
                trained.scaler(),
                trained.image(),
                new ModelMetadata(null, three, Json.object())));
  }

  private static String typeOf(List<?> labels) {
    return new ModelMetadata(null, (ArrayNode) Json.of(labels), Json.object()).labelType();
  }

  private static ImageClassifier train(String updater, ArrayNode labels) {
    LabeledImages training = Blobs.images(100, 1);
    StandardScaler scaler = StandardScaler.fit(ScalerKind.FEATURE, training);
    NetworkCore core = Blobs.core("{'learning_rate':0.02,'updater':'" + updater + "'}");
    TrainingRun run =
        new TrainingRun(
            core, null, scaler, training, null, Blobs.options("{'epochs':8,'batch_size':16}"));
    run.start();
    while (true) {
      String event = run.poll(60_000);
      if (event == null || event.contains("\"end\"") || event.contains("\"error\"")) break;
    }
    run.result();
    training.close();
    return new ImageClassifier(
        core,
        scaler,
        new DecodeOptions(12, 12, 1),
        new ModelMetadata(
            Blobs.network().toJson(), labels, Json.object().put("note", "made by a test")));
  }

  private static ImageClassifier classifier(ObjectNode options) {
    NetworkSpec network = Blobs.network();
    NetworkCore core =
        NetworkCores.of(
            network.toConfiguration(Blobs.SHAPE, 2, new Options("network", options), 1),
            Blobs.SHAPE);
    return new ImageClassifier(core, trained.scaler(), trained.image(), trained.metadata());
  }

  private Map<String, byte[]> entries() throws IOException {
    Path file = folder.resolve("original.zip");
    trained.save(file);
    Map<String, byte[]> entries = new LinkedHashMap<>();
    try (ZipInputStream zip =
        new ZipInputStream(new ByteArrayInputStream(Files.readAllBytes(file)))) {
      for (ZipEntry e = zip.getNextEntry(); e != null; e = zip.getNextEntry()) {
        entries.put(e.getName(), zip.readAllBytes());
      }
    }
    return entries;
  }

  /** The entries with one text changed and valid checksums: what a forger would write. */
  private Map<String, byte[]> edited(String name, String from, String to) throws IOException {
    Map<String, byte[]> entries = entries();
    String text = new String(entries.get(name), StandardCharsets.UTF_8);
    assertTrue(text.contains(from), text);
    entries.put(name, text.replace(from, to).getBytes(StandardCharsets.UTF_8));
    return summed(entries);
  }

  private static Map<String, byte[]> summed(Map<String, byte[]> entries) {
    String text = new String(entries.get(MODEL), StandardCharsets.UTF_8);
    if (!text.startsWith("{") || entries.get(MODEL).length > 1 << 20) return entries;
    ObjectNode model = Json.readObject(text, MODEL);
    ObjectNode sums = model.putObject("sha256");
    entries.forEach(
        (name, content) -> {
          if (name.equals(MODEL)) return;
          MessageDigest digest = Sha256.digest();
          digest.update(content);
          sums.put(name, Sha256.hex(digest));
        });
    entries.put(MODEL, model.toString().getBytes(StandardCharsets.UTF_8));
    return entries;
  }

  private Path written(Map<String, byte[]> entries) throws IOException {
    Path file = folder.resolve("forged.zip");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        zip.putNextEntry(new ZipEntry(entry.getKey()));
        zip.write(entry.getValue());
      }
    }
    return file;
  }

  private SparkDl4jException refused(Map<String, byte[]> entries) throws IOException {
    Path file = written(entries);
    SparkDl4jException e =
        assertThrows(SparkDl4jException.class, () -> ImageClassifier.load(file).close());
    assertEquals(file.toString(), e.details().get("path"));
    return e;
  }

  private static void assertCode(ErrorCode code, Executable action) {
    SparkDl4jException e = assertThrows(SparkDl4jException.class, action);
    assertEquals(code, e.code(), e.getMessage());
  }
}
