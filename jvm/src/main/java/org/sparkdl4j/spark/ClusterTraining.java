package org.sparkdl4j.spark;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.LongAccumulator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sparkdl4j.dataset.LabelSums;
import org.sparkdl4j.dl4j.NetworkState;
import org.sparkdl4j.loss.MinibatchResult;
import org.sparkdl4j.minibatch.InputWaits;
import org.sparkdl4j.plan.NetworkCore;
import org.sparkdl4j.training.LearningRateSchedule;
import org.sparkdl4j.training.MinibatchTraining;
import org.sparkdl4j.training.MinibatchTrainings;
import org.sparkdl4j.training.Observations;
import org.sparkdl4j.training.PartitionWorker;
import org.sparkdl4j.training.SamplePictures;
import org.sparkdl4j.training.TrainingOptions;
import org.sparkdl4j.training.ValidationResult;

/**
 * Synchronous parameter averaging on a cluster. In every round each worker trains {@code
 * averaging_frequency} minibatches of its own pictures from the same parameters and updater state,
 * and both are averaged by the number of pictures that each has trained. Every picture is trained
 * once an epoch.
 *
 * <p>The order of the sums is that of the workers, and all that a worker does follows from the
 * state that it starts from: so the result is the same, bit by bit, whichever executor trains which
 * worker how often (Zhang, De Sa, Mitliagkas and Re, Parallel SGD: when does averaging help?, 2016,
 * on the method).
 */
final class ClusterTraining implements MinibatchTraining {
  /**
   * Spark's setting: the most bytes of all workers' networks that come to the driver as they are.
   */
  private static final String LARGEST_COLLECTED = "spark.sparkdl4j.largestCollected";

  private static final long DEFAULT_LARGEST_COLLECTED = 64L << 20;

  private static final Logger LOG = LoggerFactory.getLogger(ClusterTraining.class);

  private final JavaSparkContext context;
  private final CancellableJobs jobs;
  private final DealtPictures pictures;

  /** Pictures that each worker trains in an epoch. */
  private final List<Integer> counts;

  private final Broadcast<WorkerSetup> setup;

  /** Pictures, for those who watch Spark's own pages. */
  private final LongAccumulator trained;

  private final NetworkCore core;
  private final boolean withConfusion;
  private final int frequency;
  private final int minibatchesPerEpoch;

  /** Of the worker with the most minibatches; {@link #schedule} is his. */
  private final int mostMinibatches;

  private final LearningRateSchedule schedule;
  private final boolean isLarge;
  private NetworkState state;

  /** Not collected before the next: Spark's cleaner warns of what is being taken away already. */
  private RoundStart last;

  private double learningRateShare = 1;

  /** Of each minibatch of the last round the worker that trained it. */
  private final List<Integer> workers = new ArrayList<>();

  private ValidationResult validation;
  private int epoch = 1;

  /** The next minibatch of every worker in this epoch. */
  private int next;

  private ClusterTraining(
      JavaSparkContext context,
      CancellableJobs jobs,
      DealtPictures pictures,
      List<Integer> counts,
      WorkerSetup setup,
      NetworkCore core,
      TrainingOptions options,
      Observations observations) {
    this.context = context;
    this.jobs = jobs;
    this.pictures = pictures;
    this.counts = counts;
    this.setup = context.broadcast(setup);
    trained = context.sc().longAccumulator("sparkdl4j images trained");
    this.core = core;
    withConfusion = observations.validationConfusion();
    int sum = 0;
    int most = 0;
    for (int count : counts) {
      int minibatches = PartitionWorker.minibatches(count, options.batchSize());
      sum = Math.addExact(sum, minibatches);
      most = Math.max(most, minibatches);
    }
    minibatchesPerEpoch = sum;
    mostMinibatches = most;
    schedule = options.learningRateSchedule(most);
    frequency = options.averagingFrequency(most);
    state = core.snapshot();
    long floats = (long) state.parameters().length + state.updater().length;
    DriverRoom.require(
        floats * Float.BYTES,
        context.isLocal() ? counts.size() : 0,
        Runtime.getRuntime().maxMemory());
    long bytes = floats * Float.BYTES * counts.size();
    isLarge = bytes > context.getConf().getLong(LARGEST_COLLECTED, DEFAULT_LARGEST_COLLECTED);
  }

  /** What the executors need to make the driver's network. */
  interface Setups {
    /**
     * The setup of a run of that name.
     *
     * @param options of the run, which may go on for other epochs than were asked for at first
     * @param tuning the formats that trials on the driver have chosen
     */
    WorkerSetup of(TrainingOptions options, String tuning, String run);
  }

  /**
   * Training on pictures that were dealt out.
   *
   * @param counts pictures that each worker trains in an epoch
   * @param hasValidation whether there are pictures to validate with among them
   */
  static MinibatchTrainings of(
      JavaSparkContext context,
      DealtPictures pictures,
      List<Integer> counts,
      boolean hasValidation,
      Setups setups) {
    CancellableJobs jobs = new CancellableJobs(context);
    return new MinibatchTrainings() {
      @Override
      public MinibatchTraining of(
          NetworkCore core,
          Supplier<NetworkCore> furtherCores,
          TrainingOptions options,
          Observations observations,
          BooleanSupplier cancelled) {
        WorkerSetup setup = setups.of(options, core.tuning(), UUID.randomUUID().toString());
        requireRoom(
            ExecutorRoom.of(context.getConf()),
            core,
            largestMinibatch(options),
            pictures.counts(),
            setup.pictureBytes());
        return new ClusterTraining(
            context, jobs, pictures, counts, setup, core, options, observations);
      }

      @Override
      public void cancel() {
        jobs.cancel();
      }

      @Override
      public boolean hasValidation() {
        return hasValidation;
      }

      @Override
      public String place() {
        return "Spark";
      }

      @Override
      public long examplesPerEpoch(TrainingOptions options) {
        return examples(counts);
      }

      @Override
      public int largestMinibatch(TrainingOptions options) {
        int most = counts.stream().mapToInt(count -> count).max().orElse(1);
        return Math.min(options.batchSize(), most);
      }
    };
  }

  /** Pictures that all workers together train in an epoch. */
  static long examples(List<Integer> counts) {
    return counts.stream().mapToLong(count -> count).sum();
  }

  private static void requireRoom(
      ExecutorRoom room, NetworkCore core, int batchSize, List<Integer> counts, long pictureBytes) {
    if (!room.isLimited()) return;
    long most = counts.stream().mapToLong(count -> count).max().orElse(0);
    room.require(counts.size(), batchSize, core.trainingBytes(batchSize), most * pictureBytes);
  }

  @Override
  public int minibatchesPerEpoch() {
    return minibatchesPerEpoch;
  }

  @Override
  public long examplesPerEpoch() {
    return examples(counts);
  }

  @Override
  public LabelSums labelSums() {
    return pictures.labelSums();
  }

  @Override
  public void seek(int epoch, int rounds) {
    this.epoch = epoch;
    next = rounds * frequency;
  }

  @Override
  public MinibatchResult[] trainRound() {
    RoundAverage average = jobs.run(this::round);
    next += frequency;
    workers.clear();
    List<MinibatchResult> results = new ArrayList<>();
    for (WorkerRound round : average.rounds()) {
      results.addAll(List.of(round.minibatches()));
      workers.addAll(Collections.nCopies(round.minibatches().length, round.worker()));
    }
    // What one worker has spoilt would spoil the average.
    boolean isSound = results.stream().allMatch(result -> Double.isFinite(result.lossSum()));
    if (isSound) state = average.state();
    return results.toArray(new MinibatchResult[0]);
  }

  @Override
  public void scaleLearningRate(double share) {
    learningRateShare = share;
  }

  /** {@inheritDoc} Here: in the last minibatch of the worker with the most. */
  @Override
  public double scheduledShare(int epoch, int step) {
    long own = next == 0 ? mostMinibatches : Math.min(next, mostMinibatches);
    return schedule.share((epoch - 1L) * mostMinibatches + own - 1);
  }

  @Override
  public void synchronize() {
    core.restore(state);
  }

  @Override
  public Integer worker(int minibatch) {
    return workers.get(minibatch);
  }

  @Override
  public boolean undoesDivergedRounds() {
    return true;
  }

  @Override
  public void finishEpoch() {
    core.restore(state);
    core.finishEpoch();
    state = core.snapshot();
    epoch++;
    next = 0;
  }

  @Override
  public boolean predictsNumbers() {
    return jobs.run(this::check);
  }

  private boolean check() {
    describe("validation");
    Broadcast<WorkerSetup> setup = this.setup;
    boolean withConfusion = this.withConfusion;
    try (RoundStart start = begin()) {
      List<Checked> found =
          pictures
              .workers()
              .mapPartitions(
                  own -> {
                    int worker = TaskContext.getPartitionId();
                    Checked checked =
                        ExecutorWorkers.use(
                            setup.value(),
                            worker,
                            own,
                            live -> Checked.of(live, start.state(), withConfusion));
                    return List.of(checked).iterator();
                  })
              .collect();
      validation = sum(found);
      return found.stream().allMatch(checked -> checked.givesNumbers);
    }
  }

  /** {@inheritDoc} That was found out by {@link #predictsNumbers}, in one job. */
  @Override
  public ValidationResult validate() {
    return validation;
  }

  /** {@inheritDoc} Those of the first worker. */
  @Override
  public SamplePictures samples(int count) {
    return jobs.run(
        () -> {
          describe("samples");
          Broadcast<WorkerSetup> setup = this.setup;
          return pictures
              .workers()
              .mapPartitions(
                  own -> {
                    int worker = TaskContext.getPartitionId();
                    SamplePictures samples =
                        ExecutorWorkers.use(
                            setup.value(), worker, own, live -> live.worker().samples(count));
                    return List.of(samples).iterator();
                  })
              .first();
        });
  }

  @Override
  public InputWaits waits() {
    return InputWaits.NONE;
  }

  @Override
  public void close() {
    // After an epoch the network has this state already; cancelled within one, it has not.
    if (next > 0) core.restore(state);
    Broadcast<WorkerSetup> setup = this.setup;
    try {
      describe("end");
      pictures
          .workers()
          .foreachPartition(
              own -> ExecutorWorkers.close(setup.value().run(), TaskContext.getPartitionId()));
    } catch (Exception e) {
      // Spark's own exception is a checked one, which the Java API does not declare.
      LOG.warn("The executors were not told of the run's end; they will find out by themselves", e);
    } finally {
      setup.destroy();
      context.setJobDescription(null);
    }
  }

  private RoundAverage round() {
    describe("minibatches from " + (next + 1));
    Broadcast<WorkerSetup> setup = this.setup;
    LongAccumulator trained = this.trained;
    int epoch = this.epoch;
    int first = next;
    int count = frequency;
    double rate = learningRateShare;
    try (RoundStart start = begin()) {
      JavaRDD<WorkerRound> rounds =
          pictures
              .workers()
              .mapPartitions(
                  dealt -> {
                    int worker = TaskContext.getPartitionId();
                    WorkerRound round =
                        ExecutorWorkers.use(
                            setup.value(),
                            worker,
                            dealt,
                            live ->
                                live.train(
                                    worker,
                                    own -> own.train(start.state(), epoch, first, count, rate)));
                    trained.add(round.examples());
                    return List.of(round).iterator();
                  });
      if (context.isLocal()) return RoundAverage.here(rounds, setup.value().run());
      return isLarge ? RoundAverage.sliced(rounds, counts.size()) : RoundAverage.collected(rounds);
    }
  }

  private RoundStart begin() {
    last = new RoundStart(context, state);
    return last;
  }

  private void describe(String what) {
    context.setJobDescription("sparkdl4j: epoch " + epoch + ", " + what);
  }

  /** What the workers' validation pictures say together, in the order of the workers. */
  private static ValidationResult sum(List<Checked> found) {
    ValidationResult sum = null;
    for (Checked checked : found) {
      if (checked.validation == null) continue;
      sum = sum == null ? checked.validation : sum.plus(checked.validation);
    }
    return sum;
  }
}
