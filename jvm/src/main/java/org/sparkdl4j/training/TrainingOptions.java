package org.sparkdl4j.training;

import java.util.List;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.augmentation.Augmentation;
import org.sparkdl4j.dataset.ClassWeights;
import org.sparkdl4j.dataset.ScalerKind;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.spec.Options;

/**
 * The options of the group "training", as {@code spec/options.json} describes them, and among them
 * those of the group "augmentation", as an object of that name.
 */
public final class TrainingOptions {
  /** Pictures that a run shows where they choose the number of epochs. */
  private static final int PICTURES_OF_RUN = 100_000;

  private static final int FEWEST_EPOCHS = 20;
  private static final int MOST_EPOCHS = 200;

  /** Pictures that a worker trains in a round where nothing is given. */
  private static final int PICTURES_OF_ROUND = 2560;

  /** Rounds that an epoch has at least then, where its minibatches suffice. */
  private static final int ROUNDS_OF_EPOCH = 4;

  /** The object of the options of that group. */
  public static final String AUGMENTATION = "augmentation";

  private final ObjectNode values;
  private final Options options;
  private final Augmentation augmentation;
  private final TrainedLayers trainedLayers;

  /**
   * Checks options.
   *
   * @param values the values by option name; what is absent or null takes its default
   * @throws org.sparkdl4j.error.SparkDl4jException PARAMETER_UNKNOWN, PARAMETER_TYPE,
   *     PARAMETER_RANGE, PARAMETER_CONFLICT
   */
  public TrainingOptions(ObjectNode values) {
    this.values = values.deepCopy();
    ObjectNode own = values.deepCopy();
    JsonNode changes = own.remove(AUGMENTATION);
    options = new Options("training", own);
    LearningRateSchedule.check(options);
    trainedLayers = new TrainedLayers(options);
    augmentation = changes == null || changes.isNull() ? Augmentation.NONE : augmentation(changes);
  }

  /**
   * The same options, with the number of epochs that the pictures choose where it is 0: a network
   * needs many minibatches, of however few pictures they are.
   *
   * @param examples pictures of an epoch
   */
  public TrainingOptions forPictures(long examples) {
    if (epochs() > 0) return this;
    long epochs = (PICTURES_OF_RUN - 1) / Math.max(1, examples) + 1;
    return withEpochs((int) Math.max(FEWEST_EPOCHS, Math.min(MOST_EPOCHS, epochs)));
  }

  /** The options as they were given, and as {@link #forPictures} has filled them. */
  public ObjectNode toJson() {
    return values.deepCopy();
  }

  /** The same options for a run that ends with another epoch. */
  public TrainingOptions withEpochs(int epochs) {
    return new TrainingOptions(values.deepCopy().put("epochs", epochs));
  }

  private static Augmentation augmentation(JsonNode given) {
    if (given instanceof ObjectNode) return new Augmentation((ObjectNode) given);
    throw new SparkDl4jException(
            ErrorCode.PARAMETER_TYPE, "augmentation must be an object of options, but is " + given)
        .with("parameter", AUGMENTATION);
  }

  /** Passes over the training data; 0 where {@link #forPictures} is to choose them. */
  public int epochs() {
    return options.integer("epochs");
  }

  /** Pictures per minibatch; the last one of an epoch may be smaller. */
  public int batchSize() {
    return options.integer("batch_size");
  }

  /** Averaging workers on this machine. */
  public int numWorkers() {
    return options.integer("num_workers");
  }

  /**
   * Minibatches that every averaging worker trains between two averagings: those given, else as
   * many as make a round long beside its averaging, but so few that an epoch has some rounds.
   *
   * @param minibatches that a worker has in an epoch
   */
  public int averagingFrequency(int minibatches) {
    int given = options.integer("averaging_frequency");
    if (given > 0) return given;
    return Math.max(1, Math.min(PICTURES_OF_ROUND / batchSize(), minibatches / ROUNDS_OF_EPOCH));
  }

  /**
   * Threads that compute one network: those given, else the processors of this process divided by
   * {@link #numWorkers}, but at least 1. Processors are those that the JVM sees (a container's
   * share, the process's affinity), or fewer where OMP_NUM_THREADS says so.
   */
  public int threads() {
    int given = options.integer("threads");
    if (given > 0) return given;
    int processors =
        Math.min(Runtime.getRuntime().availableProcessors(), Nd4j.getEnvironment().maxThreads());
    return Math.max(1, processors / numWorkers());
  }

  /**
   * How the learning rate changes.
   *
   * @param stepsPerEpoch minibatches of an epoch, of whoever counts his steps
   */
  public LearningRateSchedule learningRateSchedule(long stepsPerEpoch) {
    return new LearningRateSchedule(options, stepsPerEpoch);
  }

  /** The share of the training data to hold out, for who splits them. */
  public double validationFraction() {
    return options.number("validation_fraction");
  }

  /** How training pictures change. */
  public Augmentation augmentation() {
    return augmentation;
  }

  /** Which layers are trained. */
  public TrainedLayers trainedLayers() {
    return trainedLayers;
  }

  /** Whether pictures of smaller classes come again in an epoch. */
  public boolean isOversampling() {
    return options.string("sampling").equals("oversample");
  }

  /**
   * By how much the loss of each class's pictures counts, as {@link ClassWeights#of}.
   *
   * @param counts pictures of each class that an epoch trains
   */
  public double[] classWeights(List<String> classes, long[] counts) {
    return ClassWeights.of(options.weights("class_weight"), classes, counts);
  }

  /** Whether the best epoch's parameters are kept where there are validation data. */
  public boolean keepBest() {
    return options.string("keep").equals("best");
  }

  /** What has a mean and a scale of its own, for who fits the scaler. */
  public ScalerKind standardize() {
    return ScalerKind.of(options.string("standardize"));
  }

  /** {@code "f32"} or {@code "bf16"}. */
  public String precision() {
    return options.string("precision");
  }

  /** GiB that one network's plan may take for activations; 0 for three quarters of the memory. */
  public double memoryLimit() {
    return options.number("memory_limit");
  }

  /** Whether formats are tried before training. */
  public boolean tune() {
    return options.bool("tune");
  }

  /** Whether a run of another number of epochs trains those in common as this one does. */
  public boolean canBeProlonged() {
    return !LearningRateSchedule.dependsOnEpochs(options.string("learning_rate_schedule"));
  }

  /** The seed of minibatch order and dropout. */
  public int seed() {
    return options.integer("seed");
  }
}
