package org.sparkdl4j.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.node.ArrayNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.dataset.LabeledImages;
import org.sparkdl4j.dataset.StandardScaler;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.file.FileStore;
import org.sparkdl4j.image.DecodeOptions;
import org.sparkdl4j.network.NetworkConfiguration;
import org.sparkdl4j.network.NetworkSpec;
import org.sparkdl4j.plan.CoreOptions;
import org.sparkdl4j.plan.NetworkCore;
import org.sparkdl4j.plan.NetworkCores;
import org.sparkdl4j.spec.Json;
import org.sparkdl4j.spec.Options;
import org.sparkdl4j.training.Checkpoint;
import org.sparkdl4j.training.CheckpointSchedule;
import org.sparkdl4j.training.LocalTraining;
import org.sparkdl4j.training.MinibatchTrainings;
import org.sparkdl4j.training.Observations;
import org.sparkdl4j.training.RunDecisions;
import org.sparkdl4j.training.TrainingEvent;
import org.sparkdl4j.training.TrainingOptions;
import org.sparkdl4j.training.TrainingResult;
import org.sparkdl4j.training.TrainingRun;

/**
 * The training of a classifier: from the description of a network and labelled pictures to an
 * {@link ImageClassifier} with the parameters to keep.
 */
public final class ClassifierTraining {
  private static final String UPDATER = "updater";

  private final NetworkSpec network;
  private final Options networkOptions;
  private final ObjectNode options;
  private final ArrayNode labels;
  private final DecodeOptions image;
  private final StandardScaler scaler;
  private final MinibatchTrainings trainings;
  private final NetworkConfiguration configuration;
  private final TrainingSetup setup;

  private TrainingOptions training;
  private final RunDecisions decisions = new RunDecisions();
  private Checkpoint resumed;
  private Pretrained pretrained;
  private Observations observations = Observations.NONE;

  /** The formats that an earlier part of the run was trained with. */
  private String formats;

  private NetworkCore core;
  private TrainingRun run;

  /**
   * A training that has not started.
   *
   * @param network the network's description
   * @param networkOptions options of the group "network"; they fill what the network leaves unset
   * @param trainingOptions options of the group "training"
   * @param labels the names of the classes, strings, numbers or booleans, in the order of their
   *     indices
   * @param image how pictures become pixels, for later predictions
   * @param scaler fitted on the training pictures
   * @param train the training pictures
   * @param validation pictures that decide which epoch's parameters are kept; null for none
   * @throws org.sparkdl4j.error.SparkDl4jException for anything that does not fit together
   */
  public ClassifierTraining(
      NetworkSpec network,
      ObjectNode networkOptions,
      ObjectNode trainingOptions,
      ArrayNode labels,
      DecodeOptions image,
      StandardScaler scaler,
      LabeledImages train,
      LabeledImages validation) {
    this(
        network,
        networkOptions,
        trainingOptions,
        labels,
        image,
        scaler,
        LocalTraining.of(scaler, train, validation));
  }

  /**
   * A training that has not started, on pictures wherever they are.
   *
   * @param network the network's description
   * @param networkOptions options of the group "network"; they fill what the network leaves unset
   * @param trainingOptions options of the group "training"
   * @param labels the names of the classes, strings, numbers or booleans, in the order of their
   *     indices
   * @param image how pictures become pixels, for later predictions
   * @param scaler fitted on the training pictures
   * @param trainings where the pictures are
   * @throws org.sparkdl4j.error.SparkDl4jException for anything that does not fit together
   */
  public ClassifierTraining(
      NetworkSpec network,
      ObjectNode networkOptions,
      ObjectNode trainingOptions,
      ArrayNode labels,
      DecodeOptions image,
      StandardScaler scaler,
      MinibatchTrainings trainings) {
    this.network = network;
    this.labels = labels;
    this.image = image;
    this.scaler = scaler;
    TrainingOptions given = new TrainingOptions(trainingOptions);
    requireKnownClasses(given);
    this.trainings = trainings;
    training = given.forPictures(trainings.examplesPerEpoch(given));
    options = Json.object();
    options.setAll(networkOptions);
    options.setAll(training.toJson());
    int[] shape = {image.height(), image.width(), image.channels()};
    this.networkOptions = new Options("network", networkOptions);
    configuration =
        network.toConfiguration(shape, labels.size(), this.networkOptions, training.seed());
    setup =
        new TrainingSetup(
            trainings.place(),
            network.toJson(),
            networkOptions,
            training.toJson(),
            labels,
            image.toJson(),
            scaler);
  }

  /**
   * Takes from a request what decides about the run beside its options; null or absent for none of
   * it.
   *
   * @param files where checkpoints are
   * @param request {@code checkpoints}: a list of objects with {@code path} and options of the
   *     group "checkpoint"; {@code early_stopping} and {@code reduce_on_plateau}: options of the
   *     groups of these names; {@code await_answers}: whether the run waits for {@link #answer}
   *     after every epoch; {@code resume}: the path of a checkpoint
   */
  public void decideBy(FileStore files, ObjectNode request) {
    for (JsonNode checkpoint : request.path("checkpoints")) {
      ObjectNode schedule = checkpoint.deepCopy();
      writeCheckpoints(files, schedule.remove("path").asText(), schedule);
    }
    if (request.hasNonNull("early_stopping")) stopEarly(request.with("early_stopping"));
    if (request.hasNonNull("reduce_on_plateau")) reduceOnPlateau(request.with("reduce_on_plateau"));
    if (request.path("await_answers").asBoolean()) decisions.awaitAnswers();
    if (request.hasNonNull("resume")) resume(files, request.get("resume").asText());
  }

  /**
   * Has the run end when a metric has not improved for some epochs; call it before {@link #start}.
   *
   * @param options of the group "early_stopping"
   */
  public void stopEarly(ObjectNode options) {
    decisions.stopEarly(new Options("early_stopping", options));
  }

  /**
   * Has the learning rate reduced when a metric has not improved for some epochs; call it before
   * {@link #resume} and {@link #start}.
   *
   * @param options of the group "reduce_on_plateau"
   */
  public void reduceOnPlateau(ObjectNode options) {
    decisions.reduceOnPlateau(new Options("reduce_on_plateau", options));
    setup.reduceOnPlateau(options);
  }

  /**
   * Has checkpoints written, beside those that are written already; call it before {@link #start}.
   * A checkpoint is a model file, too.
   *
   * @param path of the file that every checkpoint replaces; where all are kept, each gets its
   *     number into its name, as {@code run-epoch-000012.zip}
   * @param schedule options of the group "checkpoint"
   * @throws SparkDl4jException FILE_NOT_FOUND, FILE_UNWRITABLE, PARAMETER_CONFLICT
   */
  public void writeCheckpoints(FileStore files, String path, ObjectNode schedule) {
    files.requireWritable(path);
    decisions.writeCheckpoints(
        new CheckpointSchedule(
            path,
            new Options("checkpoint", schedule),
            (file, checkpoint) ->
                files.write(
                    file,
                    out ->
                        CheckpointFile.write(
                            out, classifier(checkpoint.result()), checkpoint, setup.toJson()))));
  }

  /**
   * Goes on from a checkpoint; call it before {@link #start}. The result is that of a run that was
   * never interrupted, bit by bit.
   *
   * @throws SparkDl4jException CHECKPOINT_MISMATCH when it is of another training; as {@link
   *     ImageClassifier#load}
   */
  public void resume(FileStore files, String path) {
    CheckpointFile file = files.read(path, CheckpointFile::read);
    setup.requireSame(file.setup());
    resumed = file.checkpoint();
    formats = file.tuning();
  }

  /**
   * Has the run tell of more than its curves; call it before {@link #start}.
   *
   * @param request {@code observations}: as {@link Observations#fromJson} reads it; absent for none
   */
  public void observe(ObjectNode request) {
    observations = Observations.fromJson(request.path("observations"));
  }

  /**
   * Begins with what a classifier has learned, for other classes: all parameters but those of its
   * output layer; call it before {@link #resume} and {@link #start}. The option "trainable" says
   * which of them stay as they are. The classifier stays as it is, and may be closed.
   *
   * @param classifier of the same network, but for its classes, which reads the same pictures
   * @throws SparkDl4jException DATA_SHAPE, PARAMETER_CONFLICT
   */
  public void beginWith(ImageClassifier classifier) {
    pretrained = new Pretrained(classifier);
    pretrained.requireSameInput(image, scaler);
    setup.pretrained(pretrained.checksum());
  }

  /**
   * Gives a network all parameters of a classifier but those of its output layer.
   *
   * @throws SparkDl4jException PARAMETER_CONFLICT when it is another network
   */
  public static void give(ImageClassifier classifier, NetworkCore core) {
    new Pretrained(classifier).giveTo(core);
  }

  /**
   * What is trained: {@code classes}, {@code network}, and {@code options}: those of training and
   * network, with the defaults of what was not given, and of augmentation those given.
   */
  public ObjectNode description() {
    ObjectNode description = Json.object();
    description.set("classes", labels.deepCopy());
    description.set("network", network.toJson());
    ObjectNode all = description.putObject("options");
    all.setAll(options);
    for (String name : Options.names("training")) {
      if (!all.hasNonNull(name)) all.set(name, Options.option("training", name).get("default"));
    }
    all.setAll(network.settings(networkOptions));
    return description;
  }

  /**
   * Has the model tell of an option that was not needed here; call it before {@link #start}.
   *
   * @param option its name among the options of the training
   */
  public void note(String option, JsonNode value) {
    options.set(option, value);
  }

  /**
   * Goes on from a classifier, with other pictures, too; call it before {@link #start}. Parameters,
   * the updater's state and its count of iterations go on, as does the number of epochs, which the
   * order of the pictures and all random numbers depend on; so epochs trained one by one on the
   * same pictures give the same bits as all at once. The classifier stays as it is.
   *
   * @param trained with the same network, labels and updater; null to begin with new parameters
   * @param furtherEpochs how many epochs to train; 0 for what the option "epochs" says
   * @throws SparkDl4jException PARAMETER_CONFLICT when it has others
   */
  public void goOn(ImageClassifier trained, int furtherEpochs) {
    int before = 0;
    if (trained != null) {
      requireSameNetwork(trained.metadata());
      ObjectNode end = trained.metadata().training();
      ArrayNode epochs = end.withArray("history");
      resumed = Checkpoint.ofEnd(trained.core().snapshot(), end.path("kept_epoch").asInt(), epochs);
      formats = trained.core().tuning();
      before = epochs.size();
      decisions.beginAfter(before);
    }
    int further = furtherEpochs == 0 ? training.epochs() : furtherEpochs;
    training = training.withEpochs(before + further);
  }

  /**
   * Starts the training's own thread.
   *
   * @throws SparkDl4jException PARAMETER_CONFLICT where a decision follows a validation metric, but
   *     there are no validation pictures
   */
  public void start() {
    decisions.requireMetrics(trainings.hasValidation());
    requireOrigin();
    core = core(configuration, formats);
    try {
      if (pretrained != null) pretrained.giveTo(core);
      pretrained = null;
      if (training.tune() && resumed == null) core.tune(trainings.largestMinibatch(training));
      Supplier<NetworkCore> others = () -> core(core.configuration(), core.tuning());
      run = new TrainingRun(core, others, trainings, training, decisions, resumed, observations);
      // Its arrays are large; the run lets them go once it has them.
      resumed = null;
      run.start();
    } catch (RuntimeException | Error e) {
      core.close();
      throw e;
    }
  }

  /**
   * The next event, as {@link TrainingEvent} describes it.
   *
   * @return JSON; null when none has come within {@code millis}
   */
  public String poll(long millis) {
    return run.poll(millis);
  }

  /**
   * The next event.
   *
   * @return null when none has come within {@code millis}, or when the thread was interrupted
   */
  public TrainingEvent next(long millis) {
    return run.next(millis);
  }

  /**
   * Says after an epoch whether the run goes on, where it waits for that.
   *
   * @param goesOn false ends the run as it would have ended after its last epoch
   */
  public void answer(boolean goesOn) {
    run.answer(goesOn);
  }

  /** Stops before the next minibatch. */
  public void cancel() {
    run.cancel();
  }

  /**
   * The classifier, after the event "end".
   *
   * @throws org.sparkdl4j.error.SparkDl4jException what made the training fail
   */
  public ImageClassifier result() {
    TrainingResult result;
    try {
      result = run.result();
    } catch (SparkDl4jException e) {
      // Asked too early, the run still needs the network.
      if (e.code() != ErrorCode.TRAINING_STATE) core.close();
      throw e;
    }
    return classifier(result);
  }

  private ImageClassifier classifier(TrainingResult result) {
    ObjectNode summary = result.toJson();
    summary.set("history", summary.remove("epochs"));
    summary.set("options", options);
    ModelMetadata metadata = new ModelMetadata(network.toJson(), labels, summary, core.tuning());
    return new ImageClassifier(core, scaler, image, metadata);
  }

  private void requireSameNetwork(ModelMetadata trained) {
    ObjectNode own = network.toJson();
    ObjectNode before = trained.network();
    String description = own.has("layers") ? "layers" : "dl4j";
    requireSame("network", before == null ? null : before.get(description), own.get(description));
    requireSame("set of classes", trained.labels(), labels);
    JsonNode earlier = updater(before, trained.training().path("options"));
    requireSame(UPDATER, earlier, updater(own, options));
  }

  private static void requireSame(String what, JsonNode before, JsonNode now) {
    // As text: what was read may have other types of numbers than what was made.
    if (before != null && before.toString().equals(now.toString())) return;
    throw new SparkDl4jException(
            ErrorCode.PARAMETER_CONFLICT,
            "training cannot go on from a classifier with another "
                + what
                + ": leave it as it was, or train from the beginning")
        .with("parameter", what);
  }

  private static JsonNode updater(ObjectNode network, JsonNode options) {
    if (network != null && network.hasNonNull(UPDATER)) return network.get(UPDATER);
    return options.hasNonNull(UPDATER)
        ? options.get(UPDATER)
        : Options.option("network", UPDATER).get("default");
  }

  /** Layers that nobody has trained are not left as they are. */
  private void requireOrigin() {
    if (!training.trainedLayers().freeze() || pretrained != null || resumed != null) return;
    throw new SparkDl4jException(
            ErrorCode.PARAMETER_CONFLICT,
            "trainable and unfreeze_every leave layers as they are, but these were never trained:"
                + " begin with a pretrained model, or leave both out")
        .with("parameter", "trainable");
  }

  /** Weights of other classes are refused before anything is trained. */
  private void requireKnownClasses(TrainingOptions training) {
    List<String> names = new ArrayList<>();
    labels.forEach(label -> names.add(label.asText()));
    long[] some = new long[names.size()];
    Arrays.fill(some, 1);
    training.classWeights(names, some);
  }

  private NetworkCore core(NetworkConfiguration configuration, String formats) {
    int[] shape = {image.height(), image.width(), image.channels()};
    CoreOptions computing =
        new CoreOptions(training.precision(), training.threads(), training.memoryLimit(), formats);
    return NetworkCores.of(configuration, shape, computing);
  }
}
