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
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
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
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.node.ArrayNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.dataset.LabeledImages;
import org.sparkdl4j.dataset.ScalerKind;
import org.sparkdl4j.dataset.StandardScaler;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.evaluation.Evaluation;
import org.sparkdl4j.file.Sha256;
import org.sparkdl4j.image.DecodeOptions;
import org.sparkdl4j.minibatch.Minibatch;
import org.sparkdl4j.minibatch.Selection;
import org.sparkdl4j.minibatch.Targets;
import org.sparkdl4j.network.LossSpec;
import org.sparkdl4j.network.NetworkConfiguration;
import org.sparkdl4j.network.NetworkSpec;
import org.sparkdl4j.plan.CoreOptions;
import org.sparkdl4j.plan.Graphs;
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
  private static final ArrayNode LABELS = (ArrayNode) Json.of(List.of("left", "right"));
  private static ImageClassifier trained;

  /** A {@code ComputationGraph}, where {@code trained} is a {@code MultiLayerNetwork}. */
  private static ImageClassifier graph;

  @TempDir Path folder;

  @BeforeAll
  static void train() {
    trained = train("adam", LABELS);
    graph =
        briefly(
            NetworkConfiguration.of(
                Graphs.everything(1, 2, new Adam(0.01)), LossSpec.CROSS_ENTROPY));
  }

  @AfterAll
  static void close() {
    trained.close();
    graph.close();
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
      assertEquals(classifier.core().snapshot().iteration(), network.getIterationCount());
      assertPredictsAs(classifier, network.output(pictures(classifier)));
      try (ImageClassifier loaded = ImageClassifier.load(file)) {
        assertEquals("integer", loaded.metadata().labelType());
        assertArrayEquals(classifier.predict(TEST, 25), loaded.predict(TEST, 25));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aGraphSavedAndLoadedIsTheSame(boolean residual) throws IOException {
    Path file = folder.resolve("graph.zip");
    ImageClassifier classifier =
        residual
            ? briefly(
                NetworkConfiguration.of(
                    Graphs.residual(Blobs.SHAPE, 2, new Nesterovs(0.01, 0.9)),
                    LossSpec.CROSS_ENTROPY))
            : graph;
    classifier.save(file);
    try (ImageClassifier loaded = ImageClassifier.load(file)) {
      assertArrayEquals(classifier.predict(TEST, 8), loaded.predict(TEST, 8));
      assertArrayEquals(
          classifier.core().snapshot().parameters(), loaded.core().snapshot().parameters());
      assertArrayEquals(classifier.core().snapshot().updater(), loaded.core().snapshot().updater());
      assertEquals(3, loaded.core().snapshot().iteration());
      assertEquals(1, loaded.core().snapshot().epoch());
      Path again = folder.resolve("again.zip");
      loaded.save(again);
      assertArrayEquals(Files.readAllBytes(file), Files.readAllBytes(again));
    }
    if (residual) classifier.close();
  }

  @Test
  void dl4jAloneReadsAGraph() throws IOException {
    Path file = folder.resolve("graph.zip");
    graph.save(file);
    ComputationGraph network = ModelSerializer.restoreComputationGraph(file.toFile());
    assertArrayEquals(graph.core().snapshot().parameters(), network.params().toFloatVector());
    assertArrayEquals(graph.core().snapshot().updater(), network.updaterState().toFloatVector());
    assertEquals(3, network.getIterationCount());
    assertEquals(1, network.getEpochCount());
    assertPredictsAs(graph, network.outputSingle(pictures(graph)));
    network.close();
  }

  /** DL4J knows neither smoothed labels nor the focal loss. */
  @ParameterizedTest
  @CsvSource({
    "CROSS_ENTROPY, 0.1, false",
    "CROSS_ENTROPY, 0.1, true",
    "FOCAL, 0, false",
    "FOCAL, 0.1, true",
    "BINARY_CROSS_ENTROPY, 0.2, false",
    "MSE, 0, true"
  })
  void dl4jAloneReadsAFileWhateverTheLoss(
      LossSpec.Kind kind, double labelSmoothing, boolean isGraph) throws IOException {
    LossSpec loss = new LossSpec(kind, labelSmoothing, 2.5);
    LossFunction function =
        loss.isSigmoid()
            ? LossFunction.XENT
            : kind == LossSpec.Kind.MSE ? LossFunction.MSE : LossFunction.MCXENT;
    Activation activation = loss.isSigmoid() ? Activation.SIGMOID : Activation.SOFTMAX;
    NetworkConfiguration configuration =
        isGraph
            ? NetworkConfiguration.of(
                Graphs.branches(Blobs.SHAPE, 2, function, activation, new Adam(0.01)), loss)
            : NetworkConfiguration.of(oneLayer(function, activation), loss);
    Path file = folder.resolve("loss.zip");
    try (ImageClassifier classifier = briefly(configuration)) {
      classifier.save(file);
      if (isGraph) {
        ComputationGraph network = ModelSerializer.restoreComputationGraph(file.toFile());
        assertPredictsAs(classifier, network.outputSingle(pictures(classifier)));
        network.close();
      } else {
        MultiLayerNetwork network = ModelSerializer.restoreMultiLayerNetwork(file.toFile());
        assertPredictsAs(classifier, network.output(pictures(classifier)));
        network.close();
      }
      try (ImageClassifier loaded = ImageClassifier.load(file)) {
        assertEquals(loss, loaded.core().configuration().loss());
        assertArrayEquals(classifier.predict(TEST, 25), loaded.predict(TEST, 25));
      }
    }
  }

  @Test
  void withoutAnEntryTheLossIsTheOneOfTheOutputLayer() throws IOException {
    Map<String, byte[]> entries = entries(trained);
    ObjectNode model = model(entries);
    model.remove("loss");
    entries.put(MODEL, model.toString().getBytes(StandardCharsets.UTF_8));
    try (ImageClassifier loaded = ImageClassifier.load(written(entries))) {
      assertEquals(LossSpec.CROSS_ENTROPY, loaded.core().configuration().loss());
    }
  }

  @ParameterizedTest
  @CsvSource({"mse", "binary_cross_entropy", "hinge"})
  void refusesALossThatTheConfigurationDoesNotHave(String loss) throws IOException {
    SparkDl4jException e =
        refused(
            edited(trained, MODEL, "\"loss\" : \"cross_entropy\"", "\"loss\" : \"" + loss + '"'));
    assertEquals(ErrorCode.MODEL_FILE_DAMAGED, e.code());
    assertTrue(e.getMessage().contains("loss"), e.getMessage());
  }

  @Test
  void keepsHowTheNetworkIsComputed() throws IOException {
    ObjectNode training = Json.object();
    training.putObject("options").put("precision", "bf16");
    ModelMetadata metadata = new ModelMetadata(null, LABELS, training, "conv1=nhwc");
    assertEquals("bf16", metadata.coreOptions().precision());
    assertEquals("conv1=nhwc", metadata.coreOptions().tuning());
    ModelMetadata again = ModelMetadata.fromJson(metadata.toJson());
    assertEquals("bf16", again.coreOptions().precision());
    assertEquals("conv1=nhwc", again.tuning());
    assertEquals("f32", trained.metadata().coreOptions().precision());
    assertNull(ModelMetadata.fromJson(trained.metadata().toJson()).tuning());
    SparkDl4jException e =
        refused(
            edited(
                trained,
                MODEL,
                "\"note\" : \"made by a test\"",
                "\"options\" : {\"precision\" : \"f8\"}"));
    assertEquals(ErrorCode.MODEL_FILE_DAMAGED, e.code());
  }

  @Test
  void everyChoiceOfTheOptionsCanBeLoadedAgain() {
    for (String option :
        List.of("activation", "weight_init", "updater", "loss", "gradient_normalization")) {
      for (JsonNode choice : Options.option("network", option).get("choices")) {
        // No activation of convolutions; every file has it in its output layer.
        if (choice.asText().equals("softmax")) continue;
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
    for (String name : entries(trained).keySet()) {
      // It holds the sums of the others, and has none itself.
      if (name.equals(MODEL)) continue;
      Map<String, byte[]> entries = entries(trained);
      byte[] content = entries.get(name);
      content[content.length / 2] ^= 1;
      SparkDl4jException e = refused(entries);
      assertEquals(ErrorCode.MODEL_FILE_DAMAGED, e.code(), name + ": " + e.getMessage());
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
    Map<String, byte[]> entries = entries(trained);
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
    Map<String, byte[]> entries = entries(trained);
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
    Map<String, byte[]> entries = entries(trained);
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
    SparkDl4jException e = refused(edited(trained, "configuration.json", from, to));
    assertEquals(ErrorCode.MODEL_FILE_UNSAFE, e.code());
    assertTrue(e.getMessage().contains(to), e.getMessage());
  }

  @ParameterizedTest
  @CsvSource({
    "conf.graph.MergeVertex, conf.graph.StackVertex",
    "conf.graph.LayerVertex, conf.graph.L2Vertex",
    "conf.layers.ActivationLayer, conf.layers.misc.FrozenLayer",
    "conf.layers.BatchNormalization, conf.layers.samediff.SameDiffLambdaLayer",
  })
  void refusesForeignClassesInAGraph(String from, String to) throws IOException {
    String prefix = "org.deeplearning4j.nn.";
    SparkDl4jException e =
        refused(edited(graph, "configuration.json", prefix + from + '"', prefix + to + '"'));
    assertEquals(ErrorCode.MODEL_FILE_UNSAFE, e.code());
    assertTrue(e.getMessage().contains(to), e.getMessage());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aClassHiddenBehindASecondNameIsNeverInstantiated(boolean inGraph) throws IOException {
    String known = inGraph ? "ActivationSwish" : "ActivationReLU";
    String first = "\"@class\" : \"org.nd4j.linalg.activations.impl." + known + '"';
    String evil = "\"@class\" : \"org.sparkdl4j.model.ImageClassifierTest$Evil\"";
    Map<String, byte[]> entries =
        edited(inGraph ? graph : trained, "configuration.json", first, evil + ", " + first);
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
    Map<String, byte[]> entries = edited(trained, MODEL, "\"format\" : 1", "\"format\" : 2");
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
    SparkDl4jException e = refused(edited(trained, "configuration.json", from, to));
    assertEquals(ErrorCode.MODEL_FILE_DAMAGED, e.code(), e.getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"nin\" : 12|\"nin\" : 13",
        "\"nin\" : 3|\"nin\" : 2",
        "\"depthMultiplier\" : 2|\"depthMultiplier\" : 3",
        "\"nout\" : 2|\"nout\" : 3",
        "\"to\" : 5|\"to\" : 6",
        "\"from\" : 3|\"from\" : -3",
        "\"from\" : 3|\"from\" : 6",
        "\"padding\" : [ 1, 0, 2, 1 ]|\"padding\" : [ 1000000, 0, 1000000, 1 ]",
        "\"networkOutputs\" : [ \"output\" ]|\"networkOutputs\" : [ \"global\" ]",
        "\"networkOutputs\" : [ \"output\" ]|\"networkOutputs\" : [ \"output\", \"global\" ]",
        "\"networkOutputs\" : [ \"output\" ]|\"networkOutputs\" : [ \"none\" ]",
        "\"networkInputs\" : [ \"input\" ]|\"networkInputs\" : [ ]",
        "\"pool\" : [ \"concat\" ]|\"pool\" : [ \"none\" ]",
        "\"pool\" : [ \"concat\" ]|\"pool\" : [ \"decayed\" ]",
        "\"pool\" : [ \"concat\" ]|\"pool\" : [ ]",
        "\"pool\" : [ \"concat\" ]|\"pool\" : [ \"concat\", \"swish\" ]",
        "\"topologicalOrder\" : [ 0, 1, 2, 3|\"topologicalOrder\" : [ 0, 1, 3, 2",
        "\"topologicalOrder\" : [ 0, 1, 2, 3|\"topologicalOrder\" : [ 0, 1, 2, 2",
        "\"depthwise\", \"separable\" ]|\"depthwise\", \"global\" ]",
        "\"dataType\" : \"FLOAT\"|\"dataType\" : \"DOUBLE\"",
        "\"vertices\"|\"Vertices\"",
      })
  void refusesAGraphThatDoesNotFitTheRest(String from, String to) throws IOException {
    SparkDl4jException e = refused(edited(graph, "configuration.json", from, to));
    assertEquals(ErrorCode.MODEL_FILE_DAMAGED, e.code(), e.getMessage());
  }

  @Test
  void refusesAnotherNumberOfParameters() throws IOException {
    Map<String, byte[]> entries = entries(trained);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ArrayFormat.write(Nd4j.ones(17), bytes);
    entries.put("coefficients.bin", bytes.toByteArray());
    SparkDl4jException e = refused(summed(entries));
    assertEquals(ErrorCode.MODEL_FILE_DAMAGED, e.code());
    assertTrue(e.getMessage().contains("17 values instead of"), e.getMessage());
  }

  @Test
  void refusesAForgedLengthBeforeAllocating() throws IOException {
    Map<String, byte[]> entries = entries(trained);
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
    Map<String, byte[]> entries = entries(trained);
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
    Map<String, byte[]> entries = entries(trained);
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
                new ModelMetadata(null, three, Json.object(), null)));
  }

  private static String typeOf(List<?> labels) {
    return new ModelMetadata(null, (ArrayNode) Json.of(labels), Json.object(), null).labelType();
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
            Blobs.network().toJson(), labels, Json.object().put("note", "made by a test"), null));
  }

  /** A classifier after three minibatches. */
  private static ImageClassifier briefly(NetworkConfiguration configuration) {
    NetworkCore core = NetworkCores.of(configuration, Blobs.SHAPE, CoreOptions.DEFAULT);
    try (LabeledImages training = Blobs.images(30, 1)) {
      StandardScaler scaler = StandardScaler.fit(ScalerKind.FEATURE, training);
      try (Minibatch minibatch =
          new Minibatch(training, scaler, Blobs.SHAPE, core.readShape(), 10)) {
        for (int i = 0; i < 3; i++) {
          minibatch.load(Selection.range(i, 10 * i, 10));
          core.train(minibatch.features(), Targets.of(minibatch.labels(), null), i);
        }
      }
      core.finishEpoch();
      return new ImageClassifier(
          core,
          scaler,
          new DecodeOptions(12, 12, 1),
          new ModelMetadata(null, LABELS, Json.object(), null));
    }
  }

  private static MultiLayerConfiguration oneLayer(LossFunction loss, Activation activation) {
    return new NeuralNetConfiguration.Builder()
        .updater(new Adam(0.01))
        .list()
        .layer(new OutputLayer.Builder(loss).nOut(2).activation(activation).build())
        .setInputType(InputType.convolutional(12, 12, 1))
        .build();
  }

  /** The test's pictures as the classifier's network reads them. */
  private static INDArray pictures(ImageClassifier classifier) {
    try (Minibatch pictures =
        new Minibatch(TEST, classifier.scaler(), Blobs.SHAPE, Blobs.SHAPE, TEST.size())) {
      pictures.load(Selection.range(0, 0, TEST.size()));
      float[] features = new float[TEST.size() * 144];
      pictures.features().get(features);
      return Nd4j.create(features, new long[] {TEST.size(), 1, 12, 12}, 'c');
    }
  }

  private static void assertPredictsAs(ImageClassifier classifier, INDArray output) {
    assertArrayEquals(classifier.predict(TEST, 25), output.dup('c').data().asFloat(), 1e-5f);
  }

  private static ImageClassifier classifier(ObjectNode options) {
    NetworkSpec network = Blobs.network();
    NetworkCore core =
        NetworkCores.of(
            network.toConfiguration(Blobs.SHAPE, 2, new Options("network", options), 1),
            Blobs.SHAPE,
            CoreOptions.DEFAULT);
    return new ImageClassifier(core, trained.scaler(), trained.image(), trained.metadata());
  }

  private Map<String, byte[]> entries(ImageClassifier classifier) throws IOException {
    Path file = folder.resolve("original.zip");
    classifier.save(file);
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
  private Map<String, byte[]> edited(
      ImageClassifier classifier, String name, String from, String to) throws IOException {
    Map<String, byte[]> entries = entries(classifier);
    String text = new String(entries.get(name), StandardCharsets.UTF_8);
    assertTrue(text.contains(from), text);
    entries.put(name, text.replace(from, to).getBytes(StandardCharsets.UTF_8));
    return summed(entries);
  }

  private static Map<String, byte[]> summed(Map<String, byte[]> entries) {
    String text = new String(entries.get(MODEL), StandardCharsets.UTF_8);
    if (!text.startsWith("{") || entries.get(MODEL).length > 1 << 20) return entries;
    ObjectNode model = model(entries);
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

  private static ObjectNode model(Map<String, byte[]> entries) {
    return Json.readObject(new String(entries.get(MODEL), StandardCharsets.UTF_8), MODEL);
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
