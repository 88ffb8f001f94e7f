package org.sparkdl4j.spark;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.evaluation.classification.Evaluation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.sparkdl4j.averaging.ParameterAverage;
import org.sparkdl4j.dataset.LabeledImages;
import org.sparkdl4j.dataset.PixelBlock;
import org.sparkdl4j.dataset.PixelType;
import org.sparkdl4j.dataset.ScalerKind;
import org.sparkdl4j.dataset.SeededOrder;
import org.sparkdl4j.dataset.StandardScaler;
import org.sparkdl4j.dl4j.NetworkState;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.network.LossSpec;
import org.sparkdl4j.network.NetworkConfiguration;
import org.sparkdl4j.plan.CoreOptions;
import org.sparkdl4j.plan.NetworkCore;
import org.sparkdl4j.plan.NetworkCores;
import org.sparkdl4j.spec.Json;
import org.sparkdl4j.training.EpochResult;
import org.sparkdl4j.training.PartitionWorker;
import org.sparkdl4j.training.TrainingOptions;
import org.sparkdl4j.training.TrainingResult.Reason;

/** DL4J's configurations and DataSets on Spark. */
@Tag("spark")
class ParameterAveragingTrainerTest {
  private static final int[] SHAPE = {
    NoisyDataSets.HEIGHT, NoisyDataSets.WIDTH, NoisyDataSets.CHANNELS
  };
  private static final List<NoisyDataSets.Example> EXAMPLES = NoisyDataSets.examples(100, 1);
  private static final int SEED = 4;
  private static final int EPOCHS = 3;
  private static final int BATCH = 8;
  private static final int FREQUENCY = 2;

  private static JavaSparkContext context;

  @BeforeAll
  static void startSpark() {
    context = LocalSpark.start("local[2]");
  }

  @AfterAll
  static void stopSpark() {
    context.close();
  }

  @AfterEach
  void nothingStaysBehind() {
    assertEquals(Map.of(), context.getPersistentRDDs());
  }

  static Stream<Arguments> networksAndWorkers() {
    LossSpec loss = LossSpec.CROSS_ENTROPY;
    Named<?> layers =
        Named.of("layers", NetworkConfiguration.of(Dl4jConfigurations.layers(), loss));
    Named<?> graph = Named.of("graph", NetworkConfiguration.of(Dl4jConfigurations.graph(), loss));
    Named<?> dl4j =
        Named.of("DL4J", NetworkConfiguration.of(Dl4jConfigurations.forDl4jItself(), loss));
    return Stream.of(
        Arguments.of(layers, 1),
        Arguments.of(layers, 3),
        Arguments.of(graph, 1),
        Arguments.of(graph, 2),
        Arguments.of(dl4j, 1),
        Arguments.of(dl4j, 2));
  }

  @ParameterizedTest
  @MethodSource("networksAndWorkers")
  void trainsWhatOneMachineTrains(NetworkConfiguration configuration, int workers) {
    NetworkState expected = onOneMachine(configuration, workers);
    JavaRDD<DataSet> data = data(NoisyDataSets.dataSets(EXAMPLES, 7, 1), 3);
    ParameterAveragingTrainer trainer = trainer(workers).build();
    float[] parameters;
    float[] updater;
    int iterations;
    int epochs;
    if (configuration.isGraph()) {
      ComputationGraph network = trainer.fit(configuration.graph(), data).network();
      parameters = network.params().data().asFloat();
      updater = network.getUpdater().getStateViewArray().data().asFloat();
      iterations = network.getIterationCount();
      epochs = network.getEpochCount();
    } else {
      MultiLayerNetwork network = trainer.fit(configuration.layers(), data).network();
      parameters = network.params().data().asFloat();
      updater = network.getUpdater().getStateViewArray().data().asFloat();
      iterations = network.getIterationCount();
      epochs = network.getEpochCount();
    }
    assertArrayEquals(expected.parameters(), parameters);
    assertArrayEquals(expected.updater(), updater);
    assertEquals(expected.iteration(), iterations);
    assertEquals(EPOCHS, epochs);
  }

  @Test
  void theResultDoesNotDependOnMinibatchesAndPartitions() {
    float[] expected = parameters(2, NoisyDataSets.dataSets(EXAMPLES, 7, 1), 3);
    assertArrayEquals(expected, parameters(2, NoisyDataSets.dataSets(EXAMPLES, 1, 2), 5));
    assertArrayEquals(expected, parameters(2, NoisyDataSets.dataSets(EXAMPLES, 100, 3), 1));
    List<DataSet> others = NoisyDataSets.dataSets(EXAMPLES, 7, 1);
    for (DataSet other : others) {
      // The same numbers as views, in another type, in another order of memory.
      other.setFeatures(other.getFeatures().castTo(DataType.DOUBLE).dup('f'));
      other.setLabels(other.getLabels().castTo(DataType.INT32).dup('f'));
    }
    assertArrayEquals(expected, parameters(2, others, 4));
    assertFalse(Arrays.equals(expected, parameters(3, NoisyDataSets.dataSets(EXAMPLES, 7, 1), 3)));
  }

  @Test
  void dl4jEvaluatesSavesAndGoesOnTraining(@TempDir Path folder) throws IOException {
    List<Double> losses = new ArrayList<>();
    ParameterAveragingTrainer trainer =
        trainer(2)
            .epochs(30)
            .listener(
                event -> {
                  if (event.type().equals("epoch"))
                    losses.add(event.toJson().get("loss").asDouble());
                })
            .build();
    JavaRDD<DataSet> data = data(NoisyDataSets.dataSets(EXAMPLES, 10, 1), 2);
    TrainedNetwork<MultiLayerNetwork> trained = trainer.fit(Dl4jConfigurations.layers(), data);
    assertEquals(Reason.COMPLETED, trained.result().reason());
    assertEquals(30, trained.result().epochs().size());
    assertEquals(30, losses.size());
    assertTrue(losses.get(29) < losses.get(0) / 2, losses.toString());

    DataSet unseen = NoisyDataSets.dataSet(NoisyDataSets.examples(60, 2));
    Evaluation evaluation = new Evaluation(NoisyDataSets.CLASSES);
    evaluation.eval(unseen.getLabels(), trained.network().output(unseen.getFeatures()));
    assertTrue(evaluation.accuracy() > 0.9, evaluation.stats());

    File file = folder.resolve("network.zip").toFile();
    trained.network().save(file);
    MultiLayerNetwork again = MultiLayerNetwork.load(file, true);
    assertEquals(trained.network().params(), again.params());
    assertEquals(
        trained.network().getUpdater().getStateViewArray(), again.getUpdater().getStateViewArray());
    again.fit(unseen);
    assertNotEquals(trained.network().params(), again.params());
  }

  @Test
  void everyExampleIsTrainedOnceAnEpochHoweverManyWorkers() {
    for (int workers : new int[] {1, 7, 40}) {
      List<Long> examples = new ArrayList<>();
      JavaRDD<DataSet> data = data(NoisyDataSets.dataSets(EXAMPLES.subList(0, 20), 6, 1), 2);
      trainer(workers)
          .epochs(1)
          .listener(
              event -> {
                if (event.type().equals("start")) {
                  examples.add(event.toJson().get("examples").asLong());
                }
              })
          .build()
          .fit(Dl4jConfigurations.layers(), data);
      assertEquals(List.of(20L), examples);
    }
  }

  @Test
  void theConfigurationStaysAsItIs() {
    MultiLayerConfiguration configuration = Dl4jConfigurations.layers();
    String before = configuration.toJson();
    trainer(2)
        .epochs(1)
        .build()
        .fit(configuration, data(NoisyDataSets.dataSets(EXAMPLES, 10, 1), 2));
    assertEquals(before, configuration.toJson());
  }

  @Test
  void noDataAtAll() {
    JavaRDD<DataSet> none = data(List.of(), 2);
    assertRefused(ErrorCode.DATA_EMPTY, "the RDD of DataSets is empty", none);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void wrongDataGetASentence(int at) {
    // The first DataSet tells the shape; others, and those of other partitions, must have it too.
    DataSet flat = set();
    flat.setFeatures(flat.getFeatures().reshape(5, SHAPE[0] * SHAPE[1] * SHAPE[2]));
    assertRefused(
        ErrorCode.DATA_SHAPE,
        "must have features [examples, channels, height, width], but has [5, 240]",
        with(at, flat));
    DataSet unlabelled = set();
    unlabelled.setLabels(unlabelled.getLabels().getRows(0, 1));
    assertRefused(ErrorCode.DATA_LABELS, "must have labels [5, classes]", with(at, unlabelled));
    DataSet masked = set();
    masked.setLabelsMaskArray(Nd4j.ones(5, 1));
    assertRefused(ErrorCode.DATA_SHAPE, "has masks", with(at, masked));
    DataSet several = set();
    several.getLabels().assign(1);
    assertRefused(ErrorCode.DATA_LABELS, "example 1 of DataSet", with(at, several));
    DataSet none = set();
    none.getLabels().getRow(3).assign(0);
    assertRefused(ErrorCode.DATA_LABELS, "must be one-hot", with(at, none));
    DataSet smooth = set();
    smooth.getLabels().muli(0.9);
    assertRefused(ErrorCode.DATA_LABELS, "must be one-hot", with(at, smooth));
    DataSet broken = set();
    broken.getFeatures().putScalar(2, 1, 3, 4, Float.NaN);
    assertRefused(
        ErrorCode.DATA_NOT_FINITE,
        "the features of example 3 of DataSet " + (at + 1) + " in partition 0",
        with(at, broken));
  }

  @Test
  void dataSetsThatDiffer() {
    DataSet small = set();
    small.setFeatures(Nd4j.zeros(DataType.FLOAT, 5, 2, 10, 11));
    assertRefused(
        ErrorCode.DATA_SHAPE,
        "pictures of 2x10x11 (channels x height x width), but another one of 2x10x12",
        with(1, small));
    DataSet classes = set();
    classes.setLabels(Nd4j.eye(5));
    assertRefused(
        ErrorCode.DATA_LABELS, "labels of 5 classes, but another one of 3", with(1, classes));
  }

  @Test
  void networksThatDoNotFit() {
    JavaRDD<DataSet> data = with(0, set());
    ParameterAveragingTrainer trainer = trainer(2).build();
    SparkDl4jException channels =
        assertThrows(
            SparkDl4jException.class, () -> trainer.fit(Dl4jConfigurations.layers(3, 0.01), data));
    assertEquals(ErrorCode.NETWORK_DOES_NOT_FIT, channels.code());
    assertTrue(channels.getMessage().contains("pictures of 2x10x12"), channels.getMessage());
    DataSet twoClasses = set();
    twoClasses.setLabels(Nd4j.create(new float[][] {{1, 0}, {0, 1}, {1, 0}, {0, 1}, {0, 1}}));
    SparkDl4jException outputs =
        assertThrows(
            SparkDl4jException.class,
            () -> trainer.fit(Dl4jConfigurations.layers(), data(List.of(twoClasses), 1)));
    assertEquals("the network has 3 outputs, but the labels 2", outputs.getMessage());
  }

  @Test
  void aRunThatDivergesAtOnceFails() {
    JavaRDD<DataSet> data = data(NoisyDataSets.dataSets(EXAMPLES, 10, 1), 2);
    SparkDl4jException diverged =
        assertThrows(
            SparkDl4jException.class,
            () ->
                trainer(2)
                    .build()
                    .fit(Dl4jConfigurations.layers(NoisyDataSets.CHANNELS, 1e38), data));
    assertEquals(ErrorCode.TRAINING_DIVERGED, diverged.code());
    assertEquals(1, diverged.details().get("epoch"));
  }

  @Test
  void aListenerThatThrowsEndsTheTraining() {
    JavaRDD<DataSet> data = data(NoisyDataSets.dataSets(EXAMPLES, 10, 1), 2);
    IllegalStateException own = new IllegalStateException("enough");
    ParameterAveragingTrainer trainer =
        trainer(2)
            .epochs(100_000)
            .listener(
                event -> {
                  if (event.type().equals("epoch")) throw own;
                })
            .build();
    MultiLayerConfiguration configuration = Dl4jConfigurations.layers();
    assertSame(
        own, assertThrows(IllegalStateException.class, () -> trainer.fit(configuration, data)));
  }

  @Test
  void aThreadThatIsInterruptedKeepsTheLastAverage() {
    JavaRDD<DataSet> data = data(NoisyDataSets.dataSets(EXAMPLES, 10, 1), 2);
    Thread own = Thread.currentThread();
    TrainedNetwork<MultiLayerNetwork> trained =
        trainer(2)
            .epochs(100_000)
            .listener(
                event -> {
                  if (event.type().equals("epoch")) own.interrupt();
                })
            .build()
            .fit(Dl4jConfigurations.layers(), data);
    assertTrue(Thread.interrupted());
    assertEquals(Reason.CANCELLED, trained.result().reason());
    assertEquals(trained.result().keptEpoch(), trained.network().getEpochCount());
    assertTrue(trained.network().getEpochCount() >= 1);
  }

  @ParameterizedTest
  @MethodSource("networksAndWorkers")
  void resumedItEndsWithTheSameBits(
      NetworkConfiguration configuration, int workers, @TempDir Path folder) throws IOException {
    JavaRDD<DataSet> data = data(NoisyDataSets.dataSets(EXAMPLES, 7, 1), 3);
    String file = folder.resolve("checkpoint.zip").toUri().toString();
    // In the midst of the last epoch.
    int rounds = (EXAMPLES.size() / workers / BATCH / FREQUENCY + 1) * (EPOCHS - 1) + 1;
    fit(trainer(workers).checkpoint(file, rounds, "round"), configuration, data);
    NetworkState resumed = fit(trainer(workers).resume(file), configuration, data);
    NetworkState expected = onOneMachine(configuration, workers);
    assertArrayEquals(expected.parameters(), resumed.parameters());
    assertArrayEquals(expected.updater(), resumed.updater());
    // What DL4J reads is the network of that moment.
    File checkpoint = folder.resolve("checkpoint.zip").toFile();
    long length =
        configuration.isGraph()
            ? ComputationGraph.load(checkpoint, true).params().length()
            : MultiLayerNetwork.load(checkpoint, true).params().length();
    assertEquals(expected.parameters().length, length);
  }

  @Test
  void checkpointsOfOtherTrainingsAreRefused(@TempDir Path folder) throws IOException {
    JavaRDD<DataSet> data = data(NoisyDataSets.dataSets(EXAMPLES, 10, 1), 2);
    String file = folder.resolve("checkpoint.zip").toUri().toString();
    MultiLayerConfiguration network = Dl4jConfigurations.layers();
    trainer(2).epochs(1).checkpoint(file).build().fit(network, data);
    assertMismatch("num_workers is 3 now", trainer(3).resume(file), network, data);
    assertMismatch(
        "is of another network",
        trainer(2).resume(file),
        Dl4jConfigurations.layers(NoisyDataSets.CHANNELS, 0.5),
        data);
    DataSet turned = NoisyDataSets.dataSet(EXAMPLES);
    // The same examples: every class has become the next.
    INDArray labels = turned.getLabels().dup();
    for (int k = 0; k < NoisyDataSets.CLASSES; k++) {
      labels.putColumn((k + 1) % NoisyDataSets.CLASSES, turned.getLabels().getColumn(k));
    }
    turned.setLabels(labels);
    assertMismatch("other labels", trainer(2).resume(file), network, data(List.of(turned), 1));
    SparkDl4jException missing =
        assertThrows(
            SparkDl4jException.class,
            () -> trainer(2).resume(file + ".none").build().fit(network, data));
    assertEquals(ErrorCode.FILE_NOT_FOUND, missing.code());
  }

  @Test
  void stopsEarlyAndReducesTheLearningRateAndGoesOnFromThere(@TempDir Path folder)
      throws IOException {
    JavaRDD<DataSet> data = data(NoisyDataSets.dataSets(EXAMPLES, 10, 1), 2);
    MultiLayerConfiguration network = Dl4jConfigurations.layers();
    String file = folder.resolve("checkpoint.zip").toUri().toString();
    // Nothing is an improvement after the first epoch.
    ParameterAveragingTrainer.Builder deciding =
        trainer(2)
            .epochs(9)
            .earlyStopping("metric", "loss")
            .earlyStopping("min_delta", 100)
            .earlyStopping("patience", 4)
            .earlyStopping("restore_best", false)
            .reduceOnPlateau("metric", "loss")
            .reduceOnPlateau("min_delta", 100)
            .reduceOnPlateau("patience", 2)
            .reduceOnPlateau("factor", 0.5);
    TrainedNetwork<MultiLayerNetwork> whole = deciding.build().fit(network, data);
    assertEquals(Reason.STOPPED_EARLY, whole.result().reason());
    List<EpochResult> epochs = whole.result().epochs();
    assertEquals(5, epochs.size());
    double rate = epochs.get(0).learningRate();
    assertEquals(rate, epochs.get(2).learningRate());
    assertEquals(rate / 2, epochs.get(3).learningRate(), rate * 1e-6);

    deciding.epochs(4).checkpoint(file).build().fit(network, data);
    TrainedNetwork<MultiLayerNetwork> resumed =
        deciding.epochs(9).resume(file).build().fit(network, data);
    assertEquals(5, resumed.result().epochs().size());
    assertEquals(whole.network().params(), resumed.network().params());
    assertMismatch("no reduction of the learning rate", trainer(2).resume(file), network, data);
  }

  @Test
  void decisionsByValidationNeedExamplesToValidateWith() {
    JavaRDD<DataSet> data = data(NoisyDataSets.dataSets(EXAMPLES, 10, 1), 2);
    MultiLayerConfiguration network = Dl4jConfigurations.layers();
    ParameterAveragingTrainer trainer = trainer(2).earlyStopping("patience", 1).build();
    SparkDl4jException refused =
        assertThrows(SparkDl4jException.class, () -> trainer.fit(network, data));
    assertEquals(ErrorCode.PARAMETER_CONFLICT, refused.code());
    assertThrows(SparkDl4jException.class, () -> trainer(2).reduceOnPlateau("factor", 2).build());
  }

  private static void assertMismatch(
      String sentence,
      ParameterAveragingTrainer.Builder trainer,
      MultiLayerConfiguration network,
      JavaRDD<DataSet> data) {
    SparkDl4jException refused =
        assertThrows(SparkDl4jException.class, () -> trainer.build().fit(network, data));
    assertEquals(ErrorCode.CHECKPOINT_MISMATCH, refused.code());
    assertTrue(refused.getMessage().contains(sentence), refused.getMessage());
  }

  private static NetworkState fit(
      ParameterAveragingTrainer.Builder trainer,
      NetworkConfiguration configuration,
      JavaRDD<DataSet> data) {
    if (configuration.isGraph()) {
      ComputationGraph graph = trainer.build().fit(configuration.graph(), data).network();
      float[] updater = graph.getUpdater().getStateViewArray().data().asFloat();
      return new NetworkState(graph.params().data().asFloat(), updater, 0, 0);
    }
    MultiLayerNetwork layers = trainer.build().fit(configuration.layers(), data).network();
    float[] updater = layers.getUpdater().getStateViewArray().data().asFloat();
    return new NetworkState(layers.params().data().asFloat(), updater, 0, 0);
  }

  @Test
  void optionsThatDataSetsLeaveNoRoomFor() {
    JavaRDD<DataSet> data = with(0, set());
    for (Map.Entry<String, Object> option :
        Map.<String, Object>of(
                "learning_rate", 0.1,
                "standardize", "channel",
                "max_damaged", 0.5,
                "validation_fraction", 0.1)
            .entrySet()) {
      ParameterAveragingTrainer trainer =
          trainer(2).option(option.getKey(), option.getValue()).build();
      SparkDl4jException refused =
          assertThrows(
              SparkDl4jException.class, () -> trainer.fit(Dl4jConfigurations.layers(), data));
      assertEquals(ErrorCode.PARAMETER_CONFLICT, refused.code());
      assertEquals(option.getKey(), refused.details().get("parameter"));
    }
  }

  private static void assertRefused(ErrorCode code, String sentence, JavaRDD<DataSet> data) {
    ParameterAveragingTrainer trainer = trainer(2).build();
    ComputationGraphConfiguration graph = Dl4jConfigurations.graph();
    SparkDl4jException refused =
        assertThrows(SparkDl4jException.class, () -> trainer.fit(graph, data));
    assertTrue(refused.getMessage().contains(sentence), refused.getMessage());
    assertEquals(code, refused.code());
  }

  private static ParameterAveragingTrainer.Builder trainer(int workers) {
    return ParameterAveragingTrainer.builder()
        .epochs(EPOCHS)
        .batchSize(BATCH)
        .workers(workers)
        .averagingFrequency(FREQUENCY)
        .seed(SEED);
  }

  private static float[] parameters(int workers, List<DataSet> sets, int partitions) {
    return trainer(workers)
        .build()
        .fit(Dl4jConfigurations.layers(), data(sets, partitions))
        .network()
        .params()
        .data()
        .asFloat();
  }

  private static DataSet set() {
    return NoisyDataSets.dataSet(EXAMPLES.subList(0, 5));
  }

  /** Good DataSets in one partition, with another one at a place. */
  private static JavaRDD<DataSet> with(int at, DataSet other) {
    List<DataSet> sets = new ArrayList<>(List.of(set(), set()));
    sets.add(at, other);
    return data(sets, 1);
  }

  private static JavaRDD<DataSet> data(List<DataSet> sets, int partitions) {
    return context.parallelize(sets, partitions);
  }

  /** What workers make of the examples that are theirs, one after the other in this thread. */
  private static NetworkState onOneMachine(NetworkConfiguration configuration, int workers) {
    TrainingOptions options =
        new TrainingOptions(
            Json.object().put("epochs", EPOCHS).put("batch_size", BATCH).put("seed", SEED));
    List<PartitionWorker> all = new ArrayList<>();
    List<Integer> counts = new ArrayList<>();
    for (List<NoisyDataSets.Example> own : dealt(workers)) {
      counts.add(own.size());
      all.add(
          new PartitionWorker(
              core(configuration),
              StandardScaler.of(ScalerKind.NONE, SHAPE, new double[0], new double[0]),
              pictures(own),
              options,
              SeededOrder.key(SEED, SeededOrder.WORKER_STREAM, all.size())));
    }
    try (NetworkCore core = core(configuration)) {
      NetworkState state = core.snapshot();
      int longest = counts.stream().mapToInt(count -> count).max().orElseThrow();
      for (int epoch = 1; epoch <= EPOCHS; epoch++) {
        for (int first = 0; first * BATCH < longest; first += FREQUENCY) {
          state = round(all, state, epoch, first);
        }
        state = new NetworkState(state.parameters(), state.updater(), state.iteration(), epoch);
      }
      return state;
    } finally {
      all.forEach(PartitionWorker::close);
    }
  }

  private static NetworkState round(
      List<PartitionWorker> workers, NetworkState start, int epoch, int first) {
    List<NetworkState> states = new ArrayList<>();
    List<Integer> weights = new ArrayList<>();
    int iteration = 0;
    for (PartitionWorker worker : workers) {
      PartitionWorker.Result result = worker.train(start, epoch, first, FREQUENCY, 1);
      if (result.minibatches().length == 0) continue;
      states.add(result.state());
      weights.add(Arrays.stream(result.minibatches()).mapToInt(one -> one.examples()).sum());
      iteration = Math.max(iteration, result.state().iteration());
    }
    return ParameterAverage.of(
        states, weights.stream().mapToLong(weight -> weight).toArray(), iteration);
  }

  /** The examples by the order of their keys, in stretches of equal length. */
  private static List<List<NoisyDataSets.Example>> dealt(int workers) {
    Map<PictureKey, NoisyDataSets.Example> sorted = new TreeMap<>();
    long[] buckets = new long[PictureKey.BUCKETS];
    for (NoisyDataSets.Example example : EXAMPLES) {
      ByteBuffer bytes =
          ByteBuffer.allocate(Float.BYTES * values(example).length).order(ByteOrder.nativeOrder());
      for (float value : values(example)) bytes.putFloat(value);
      PictureKey key = PictureKey.of(bytes.array(), example.label, 1, false, SEED);
      sorted.put(key, example);
      buckets[key.bucket()]++;
    }
    List<List<NoisyDataSets.Example>> dealt = new ArrayList<>();
    for (int worker = 0; worker < workers; worker++) dealt.add(new ArrayList<>());
    DealingPartitioner partitioner = new DealingPartitioner(buckets, workers);
    sorted.forEach((key, example) -> dealt.get(partitioner.getPartition(key)).add(example));
    return dealt;
  }

  private static LabeledImages pictures(List<NoisyDataSets.Example> examples) {
    PixelBlock block =
        PixelBlock.allocate(PixelType.FLOAT32, examples.size(), SHAPE[0], SHAPE[1], SHAPE[2]);
    int[] labels = new int[examples.size()];
    for (int i = 0; i < labels.length; i++) {
      block.write(i, values(examples.get(i)));
      labels[i] = examples.get(i).label;
    }
    return new LabeledImages(block, null, labels, List.of("0", "1", "2"));
  }

  /** {@code [height, width, channels]}. */
  private static float[] values(NoisyDataSets.Example example) {
    float[] values = new float[SHAPE[0] * SHAPE[1] * SHAPE[2]];
    for (int i = 0; i < values.length; i++) {
      values[i] = example.features[i % SHAPE[2]][i / SHAPE[2] / SHAPE[1]][i / SHAPE[2] % SHAPE[1]];
    }
    return values;
  }

  private static NetworkCore core(NetworkConfiguration configuration) {
    return NetworkCores.of(configuration, SHAPE, new CoreOptions("f32", 1, 0, null));
  }
}
