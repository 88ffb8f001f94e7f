package org.sparkdl4j.spark;

import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.shade.jackson.databind.node.ArrayNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sparkdl4j.dataset.PixelType;
import org.sparkdl4j.dataset.ScalerKind;
import org.sparkdl4j.dataset.StandardScaler;
import org.sparkdl4j.dl4j.Dl4jNetwork;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.image.DamagedImage;
import org.sparkdl4j.image.DecodeOptions;
import org.sparkdl4j.model.ClassifierTraining;
import org.sparkdl4j.model.ImageClassifier;
import org.sparkdl4j.model.NetworkCheckpoints;
import org.sparkdl4j.network.NetworkConfiguration;
import org.sparkdl4j.network.NetworkSpec;
import org.sparkdl4j.plan.CoreOptions;
import org.sparkdl4j.plan.NetworkCore;
import org.sparkdl4j.plan.NetworkCores;
import org.sparkdl4j.spec.Json;
import org.sparkdl4j.spec.Options;
import org.sparkdl4j.spec.Recipe;
import org.sparkdl4j.training.Checkpoint;
import org.sparkdl4j.training.MinibatchTrainings;
import org.sparkdl4j.training.Observations;
import org.sparkdl4j.training.RunDecisions;
import org.sparkdl4j.training.TrainingEvent;
import org.sparkdl4j.training.TrainingOptions;
import org.sparkdl4j.training.TrainingResult;
import org.sparkdl4j.training.TrainingRun;

/**
 * Trains networks on Spark by synchronous parameter averaging: DL4J's own configurations on a
 * {@code JavaRDD<DataSet>}, or the networks of this library on a DataFrame of encoded pictures.
 *
 * <pre>{@code
 * ParameterAveragingTrainer trainer =
 *     ParameterAveragingTrainer.builder()
 *         .epochs(20)
 *         .batchSize(64)
 *         .workers(8)
 *         .averagingFrequency(5)
 *         .seed(1)
 *         .build();
 * MultiLayerNetwork trained = trainer.fit(configuration, data).network();
 * }</pre>
 *
 * <p>Every worker trains {@code averagingFrequency} minibatches of its own examples from the same
 * parameters and updater state; then both are averaged, weighted by the number of examples trained.
 * Every example is trained once an epoch. What comes out depends on the examples, the
 * configuration, the options, the seed and the number of workers, and on nothing else: neither on
 * partitions nor on which executor trains what, or dies. To the driver come counts and averages;
 * the examples stay in the executors.
 *
 * <p>A trainer may be used any number of times, by one thread at a time.
 */
public final class ParameterAveragingTrainer {
  /** What a trainer is to do; what is not set takes the default of {@code docs/training.md}. */
  public static final class Builder {
    private final ObjectNode training = Json.object();
    private final ObjectNode network = Json.object();
    private final ObjectNode data = Json.object();
    private ObjectNode checkpoint;
    private String resume;
    private ObjectNode earlyStopping;
    private ObjectNode plateau;
    private Consumer<TrainingEvent> listener = event -> {};

    private Builder() {}

    /**
     * Passes over the training data, up to 100,000; by default 20. 0: as many as show 100,000
     * examples, but 20 at least and 200 at most.
     */
    public Builder epochs(int epochs) {
      return option("epochs", epochs);
    }

    /** Examples in a worker's minibatch, 1 to 1,000,000; by default 64. The last may be smaller. */
    public Builder batchSize(int batchSize) {
      return option("batch_size", batchSize);
    }

    /**
     * Averaging workers, 1 to 1,024; by default as many as the session runs tasks side by side. It
     * belongs to what the result depends on.
     */
    public Builder workers(int workers) {
      return option(WORKERS, workers);
    }

    /**
     * Minibatches that every worker trains between two averagings; by default, and for 0, as many
     * as have 2,560 examples, but a quarter of a worker's minibatches of an epoch at most.
     */
    public Builder averagingFrequency(int minibatches) {
      return option("averaging_frequency", minibatches);
    }

    /**
     * Seed of the minibatches' order and of dropout, and of the first weights unless a DL4J
     * configuration brings its own; not negative, by default 123.
     */
    public Builder seed(int seed) {
      return option("seed", seed);
    }

    /**
     * Any other option by its name in {@code docs/training.md}, such as {@code precision}; for our
     * own networks also those of {@code docs/networks.md}, such as {@code learning_rate}, and
     * {@code max_damaged}.
     *
     * @param value a number, string or boolean; null for the default
     */
    public Builder option(String name, Object value) {
      ObjectNode group = training;
      if (Options.names("network").contains(name)) group = network;
      if (Options.names("data").contains(name)) group = data;
      group.set(name, Json.of(value));
      return this;
    }

    /**
     * Options that train well together on a kind of picture, for our own networks; what is set
     * afterwards replaces them.
     *
     * @param name such as {@code photographs}, in {@code docs/training.md}
     * @throws SparkDl4jException PARAMETER_RANGE for a recipe that there is not
     */
    public Builder recipe(String name) {
      Recipe recipe = Recipe.of(name);
      recipe.options().fields().forEachRemaining(each -> option(each.getKey(), each.getValue()));
      training.set(TrainingOptions.AUGMENTATION, recipe.augmentation().deepCopy());
      return this;
    }

    /** As {@link #checkpoint(String, int, String)}, after every epoch. */
    public Builder checkpoint(String path) {
      return checkpoint(path, 1, "epoch");
    }

    /**
     * Has checkpoints written, from which {@link #resume} goes on. Those of a DL4J network DL4J
     * itself reads, those of our own are model files.
     *
     * @param path of any of Hadoop's file systems; every checkpoint replaces the one before
     * @param every units between two checkpoints
     * @param unit {@code epoch}, {@code round} or {@code step}
     */
    public Builder checkpoint(String path, int every, String unit) {
      checkpoint = Json.object().put("path", path).put("every", every).put("unit", unit);
      return this;
    }

    /**
     * Goes on from a checkpoint, with the same network, data, options and number of workers: the
     * result is that of a training that was never interrupted, bit by bit.
     *
     * @param path of any of Hadoop's file systems; null for none
     */
    public Builder resume(String path) {
      resume = path;
      return this;
    }

    /**
     * How training pictures change, one option at a time.
     *
     * @param name such as {@code shift}, in {@code docs/training.md}
     * @param value a number, string or boolean; null for the default
     */
    public Builder augmentation(String name, Object value) {
      training.with(TrainingOptions.AUGMENTATION).set(name, Json.of(value));
      return this;
    }

    /**
     * Has the training end when a metric has not improved for some epochs, one option at a time;
     * DataSets, none of which are held out, have the metrics {@code loss} and {@code accuracy}.
     *
     * @param name such as {@code patience}, in {@code docs/training.md}
     * @param value a number, string or boolean; null for the default
     */
    public Builder earlyStopping(String name, Object value) {
      if (earlyStopping == null) earlyStopping = Json.object();
      earlyStopping.set(name, Json.of(value));
      return this;
    }

    /**
     * Has the learning rate reduced when a metric has not improved for some epochs, one option at a
     * time; metrics as of {@link #earlyStopping}.
     *
     * @param name such as {@code factor}, in {@code docs/training.md}
     * @param value a number or string; null for the default
     */
    public Builder reduceOnPlateau(String name, Object value) {
      if (plateau == null) plateau = Json.object();
      plateau.set(name, Json.of(value));
      return this;
    }

    /**
     * Who is told of minibatches (at most ten times a second) and epochs, on the thread that calls
     * {@code fit}. What it throws ends the training, and is thrown by {@code fit}.
     */
    public Builder listener(Consumer<TrainingEvent> listener) {
      this.listener = listener;
      return this;
    }

    /**
     * The trainer.
     *
     * @throws SparkDl4jException PARAMETER_UNKNOWN, PARAMETER_TYPE, PARAMETER_RANGE
     */
    public ParameterAveragingTrainer build() {
      return new ParameterAveragingTrainer(this);
    }
  }

  private static final Logger LOG = LoggerFactory.getLogger(ParameterAveragingTrainer.class);
  private static final String WORKERS = "num_workers";

  private final ObjectNode training;
  private final ObjectNode network;
  private final ObjectNode data;

  /** Options of the group "checkpoint" and {@code path}; null for none. */
  private final ObjectNode checkpoint;

  private final String resume;

  /** Options of the group "early_stopping"; null for none. */
  private final ObjectNode earlyStopping;

  /** Options of the group "reduce_on_plateau"; null for none. */
  private final ObjectNode plateau;

  private final Consumer<TrainingEvent> listener;

  private ParameterAveragingTrainer(Builder builder) {
    training = builder.training.deepCopy();
    network = builder.network.deepCopy();
    data = builder.data.deepCopy();
    checkpoint = copy(builder.checkpoint);
    earlyStopping = copy(builder.earlyStopping);
    plateau = copy(builder.plateau);
    resume = builder.resume;
    listener = builder.listener;
    if (checkpoint != null) new Options("checkpoint", schedule());
    if (earlyStopping != null) new Options("early_stopping", earlyStopping);
    if (plateau != null) new Options("reduce_on_plateau", plateau);
    new Options("network", network);
    new Options("data", data);
    new TrainingOptions(training);
  }

  /** A trainer's settings, all of them defaults. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Trains a DL4J network of layers one after the other.
   *
   * @param configuration float32, with an {@code OutputLayer} at the end whose loss is MCXENT,
   *     NEGATIVELOGLIKELIHOOD or MSE with softmax, or XENT with sigmoid; it stays as it is. Layers
   *     that the compute plan lacks make the whole network run on DL4J itself, which is slower
   * @param data minibatches of any sizes: features {@code [examples, channels, height, width]},
   *     taken as they are (standardise them before), labels {@code [examples, classes]}, one-hot.
   *     It is evaluated once, after a look at its first element
   * @return the network after the last epoch; where a loss became NaN or infinite, or the thread
   *     was interrupted, that after the last good one, and a result that says so
   * @throws SparkDl4jException NETWORK_INVALID, NETWORK_DOES_NOT_FIT, PARAMETER_CONFLICT for
   *     options that the configuration or the data leave no room for, DATA_EMPTY, DATA_SHAPE,
   *     DATA_LABELS, DATA_ONE_CLASS, DATA_NOT_FINITE, TRAINING_DIVERGED when no epoch has finished
   *     before a loss became NaN or infinite, SPARK_JOB; CHECKPOINT_MISMATCH and FILE_NOT_FOUND for
   *     a checkpoint to resume from, FILE_UNWRITABLE for one to write
   */
  public TrainedNetwork<MultiLayerNetwork> fit(
      MultiLayerConfiguration configuration, JavaRDD<DataSet> data) {
    return fit(Dl4jConfiguration.of(configuration), MultiLayerNetwork.class, data);
  }

  /**
   * Trains a DL4J network that is a graph.
   *
   * @param configuration with one input and one output, else as for {@link
   *     #fit(MultiLayerConfiguration, JavaRDD)}
   * @param data as there
   * @return as there
   * @throws SparkDl4jException as there
   */
  public TrainedNetwork<ComputationGraph> fit(
      ComputationGraphConfiguration configuration, JavaRDD<DataSet> data) {
    return fit(Dl4jConfiguration.of(configuration), ComputationGraph.class, data);
  }

  /**
   * Trains a network of this library on encoded pictures, which the executors decode, scale and
   * standardise as a single machine does.
   *
   * @param network such as {@code NetworkSpec.reference("landscape")}
   * @param pictures such as those of {@link PictureTable#read}
   * @param columns which columns hold what
   * @param image the size of the scaled pictures
   * @return the classifier, which the caller closes; {@link ImageClassifier#save} writes the model
   *     file that every other part of this library reads
   * @throws SparkDl4jException for anything that does not fit together; TRAINING_DIVERGED when no
   *     epoch has finished before a loss became NaN or infinite
   */
  public ImageClassifier fit(
      NetworkSpec network, Dataset<Row> pictures, PictureColumns columns, DecodeOptions image) {
    JavaSparkContext context =
        JavaSparkContext.fromSparkContext(pictures.sparkSession().sparkContext());
    ObjectNode options = options(context);
    int workers = options.get(WORKERS).asInt();
    TrainingOptions training = new TrainingOptions(options);
    double maxDamaged = new Options("data", data).number("max_damaged");
    DealingOptions dealing =
        new DealingOptions(
            columns, image, workers, training.seed(), training.validationFraction(), maxDamaged);
    try (RunFollower follower = new RunFollower(listener);
        ClusterPictures dealt = ClusterPictures.of(pictures, dealing)) {
      for (DamagedImage damaged : dealt.damaged()) {
        LOG.warn("Left out {}: {}: {}", damaged.path(), damaged.reason().label(), damaged.detail());
      }
      ClassifierTraining run =
          ParameterAveraging.of(pictures.sparkSession(), network, this.network, options, dealt);
      HadoopFiles files = new HadoopFiles(pictures.sparkSession());
      if (checkpoint != null) {
        run.writeCheckpoints(files, checkpoint.get("path").asText(), schedule());
      }
      if (earlyStopping != null) run.stopEarly(earlyStopping);
      if (plateau != null) run.reduceOnPlateau(plateau);
      if (resume != null) run.resume(files, resume);
      run.start();
      TrainingEvent end;
      try {
        end = follower.follow(run::next, run::cancel);
      } catch (RuntimeException | Error e) {
        run.result().close();
        throw e;
      }
      ImageClassifier classifier = run.result();
      try {
        requireGood(end);
      } catch (SparkDl4jException e) {
        classifier.close();
        throw e;
      }
      return classifier;
    }
  }

  private <N extends Model> TrainedNetwork<N> fit(
      Dl4jConfiguration network, Class<N> kind, JavaRDD<DataSet> data) {
    requireNone(this.network, "the DL4J configuration says it itself");
    requireNone(this.data, "DataSets hold no encoded pictures");
    if (training.hasNonNull("standardize")) {
      throw conflict(
          "standardize",
          "standardize cannot be set: the features of DataSets are taken as they are");
    }
    for (String name : List.of("class_weight", "sampling")) {
      if (training.hasNonNull(name)) {
        throw conflict(name, name + " cannot be set: DataSets name no classes");
      }
    }
    for (String name : List.of("trainable", "unfreeze_every")) {
      if (training.hasNonNull(name)) {
        throw conflict(name, name + " cannot be set: a DL4J configuration has no trained layers");
      }
    }
    JavaSparkContext context = JavaSparkContext.fromSparkContext(data.context());
    AllowedProcessors processors = AllowedProcessors.of(context.getConf());
    TrainingOptions given = new TrainingOptions(options(context));
    if (given.validationFraction() > 0) {
      throw conflict(
          "validation_fraction", "validation_fraction cannot be set: DataSets are trained on, all");
    }
    try (RunFollower follower = new RunFollower(listener);
        ClusterDataSets dealt = ClusterDataSets.of(data, given.numWorkers(), given.seed())) {
      List<Integer> counts = dealt.dealt().counts();
      TrainingOptions options = given.forPictures(ClusterTraining.examples(counts));
      ObjectNode values = options.toJson();
      int[] shape = dealt.format().shape();
      int classes = dealt.format().classes();
      NetworkConfiguration configuration = network.configuration(shape, classes, options.seed());
      Dl4jConfiguration.requireFits(configuration, shape, classes);
      StandardScaler scaler =
          StandardScaler.of(ScalerKind.NONE, shape, new double[0], new double[0]);
      MinibatchTrainings trainings =
          ClusterTraining.of(
              context,
              dealt.dealt(),
              counts,
              false,
              (ofRun, tuning, run) ->
                  new WorkerSetup(
                      run,
                      network,
                      ofRun.toJson(),
                      PixelType.FLOAT32,
                      shape,
                      scaler,
                      tuning,
                      names(classes),
                      false,
                      processors,
                      null));
      NetworkCheckpoints files =
          new NetworkCheckpoints(
              new HadoopFiles(context),
              trainings.place(),
              configuration,
              shape,
              (ArrayNode) Json.of(names(classes)),
              values,
              scaler,
              plateau);
      NetworkCheckpoints.Resumed resumed = resumed(files, configuration, shape, options);
      String tuning = resumed == null ? null : resumed.tuning();
      try (NetworkCore core = core(configuration, shape, options, tuning)) {
        if (options.tune() && resumed == null) core.tune(trainings.largestMinibatch(options));
        Supplier<NetworkCore> others =
            () -> core(core.configuration(), shape, options, core.tuning());
        RunDecisions decisions = new RunDecisions();
        if (earlyStopping != null) {
          decisions.stopEarly(new Options("early_stopping", earlyStopping));
        }
        if (plateau != null) decisions.reduceOnPlateau(new Options("reduce_on_plateau", plateau));
        if (checkpoint != null) {
          decisions.writeCheckpoints(
              files.schedule(core, checkpoint.get("path").asText(), schedule()));
        }
        decisions.requireMetrics(trainings.hasValidation());
        Checkpoint start = resumed == null ? null : resumed.checkpoint();
        TrainingRun run =
            new TrainingRun(core, others, trainings, options, decisions, start, Observations.NONE);
        run.start();
        TrainingEvent end = follower.follow(run::next, run::cancel);
        TrainingResult result = run.result();
        requireGood(end);
        return new TrainedNetwork<>(kind.cast(copy(core)), result);
      }
    }
  }

  /** What {@link Builder#resume} names; null for nothing. */
  private NetworkCheckpoints.Resumed resumed(
      NetworkCheckpoints files,
      NetworkConfiguration configuration,
      int[] shape,
      TrainingOptions options) {
    if (resume == null) return null;
    // The sizes of its arrays are known from the network alone.
    try (NetworkCore core = core(configuration, shape, options, null)) {
      return files.read(resume, core.snapshot());
    }
  }

  private static ObjectNode copy(ObjectNode options) {
    return options == null ? null : options.deepCopy();
  }

  /** Of the checkpoints, without their path. */
  private ObjectNode schedule() {
    return checkpoint.deepCopy().without("path");
  }

  /** The options of a run, with as many workers as it is to have. */
  private ObjectNode options(JavaSparkContext context) {
    ObjectNode options = training.deepCopy();
    if (!options.hasNonNull(WORKERS)) options.put(WORKERS, context.defaultParallelism());
    return options;
  }

  /** Says aloud that a run diverged; where nothing good is left of it, it has failed. */
  private static void requireGood(TrainingEvent end) {
    ObjectNode json = end.toJson();
    SparkDl4jException divergence = TrainingResult.divergence(json);
    if (divergence == null) return;
    int kept = json.get("kept_epoch").asInt();
    if (kept == 0) throw divergence;
    LOG.warn("{}; the parameters of epoch {} are kept", divergence.getMessage(), kept);
  }

  private static NetworkCore core(
      NetworkConfiguration configuration, int[] shape, TrainingOptions options, String tuning) {
    CoreOptions computing =
        new CoreOptions(options.precision(), options.threads(), options.memoryLimit(), tuning);
    return NetworkCores.of(configuration, shape, computing);
  }

  /** A network without anything of ours in it, which outlives the core. */
  private static Model copy(NetworkCore core) {
    Dl4jNetwork copy = new Dl4jNetwork(core.configuration(), core.inputShape());
    copy.restore(core.snapshot());
    return copy.network();
  }

  private static List<String> names(int classes) {
    return IntStream.range(0, classes).mapToObj(Integer::toString).collect(Collectors.toList());
  }

  private static void requireNone(ObjectNode options, String reason) {
    Iterator<String> names = options.fieldNames();
    if (!names.hasNext()) return;
    String name = names.next();
    throw conflict(name, name + " cannot be set: " + reason);
  }

  private static SparkDl4jException conflict(String name, String sentence) {
    return new SparkDl4jException(ErrorCode.PARAMETER_CONFLICT, sentence).with("parameter", name);
  }
}
