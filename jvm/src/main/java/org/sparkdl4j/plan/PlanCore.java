package org.sparkdl4j.plan;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.bytedeco.dnnl.memory;
import org.bytedeco.javacpp.FloatPointer;
import org.deeplearning4j.nn.api.Model;
import org.sparkdl4j.dl4j.NetworkState;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.loss.MinibatchResult;
import org.sparkdl4j.minibatch.Targets;
import org.sparkdl4j.network.NetworkConfiguration;
import org.sparkdl4j.onednn.RecentlyUsed;
import org.sparkdl4j.onednn.Step;
import org.sparkdl4j.onednn.Threads;
import org.sparkdl4j.update.FlatUpdater;

/**
 * The compute plan: a DL4J network whose arithmetic runs on oneDNN. DL4J holds parameters and
 * updater state; what is compiled, per batch size, reads and writes them where they are.
 *
 * <p>oneDNN's ReLU and max pooling swallow NaN. So that none goes unnoticed, the loss is NaN when a
 * gradient is not finite, and predictions are NaN when the parameters or the picture are not.
 */
public final class PlanCore extends Dl4jBackedCore {
  /** What a processor's cache holds of activations. */
  private static final double CACHE_BYTES = 8 << 20;

  /** So much larger than the weights, activations make reading the weights cheap. */
  private static final int TIMES_WEIGHTS = 4;

  /**
   * So many multiply-adds, a tenth of a millisecond or two, are predicted by one thread: others
   * would save half of that, but where a processor is busy with something else, all wait for
   * milliseconds until each has had its turn.
   */
  private static final long FOR_ONE_THREAD = 6_000_000;

  /** Large enough that what does not grow with the minibatch counts little. */
  private static final int SAMPLE = 16;

  private final CoreOptions options;
  private final memory.data_type type;
  private final MemoryLimit memoryLimit;
  private final FlatUpdater updater;
  private final Weights weights;
  private final LayerGroups groups;
  private final Arena arena = new Arena();
  private final RecentlyUsed<String, CompiledPlan> plans = new RecentlyUsed<>(CompiledPlan::close);
  private final RecentlyUsed<String, FeaturePlan> featurePlans =
      new RecentlyUsed<>(FeaturePlan::close);

  /** What train and predict compute. */
  private Section section = Section.WHOLE;

  private int[] readShape;

  /** How many layers are trained, from the last one on. */
  private int trainedLayers;

  private double layerDecay = 1;

  /** The version of the parameters that were found finite or not, and which it was. */
  private long checkedVersion = -1;

  private boolean isFinite;
  private Tuning tuning;

  /** Whether the formats come from trials, even if these found the rule's best. */
  private boolean isTuned;

  /** Whether there has been a prediction since the last training. */
  private boolean hasPredicted;

  /** Of the forward pass of one picture; 0 before anything was compiled. */
  private long multiplyAdds;

  /** Pictures whose prediction fits the cache; 0 before anybody asked. */
  private int cachedPictures;

  /**
   * A core with the first weights that the configuration's seed gives.
   *
   * @param inputShape {@code [height, width, channels]} of the pictures
   * @throws SparkDl4jException NATIVES_MISSING, PROCESSOR_UNSUPPORTED
   * @throws IllegalArgumentException when the plan lacks something that the network needs: {@link
   *     NetworkCores} takes DL4J itself then
   */
  public PlanCore(NetworkConfiguration configuration, int[] inputShape, CoreOptions options) {
    super(configuration, inputShape);
    this.options = options;
    String lacking = PlanGraph.lacks(configuration);
    if (lacking != null) throw new IllegalArgumentException("the compute plan lacks " + lacking);
    Processor.require();
    type = options.isBfloat16() ? memory.data_type.bf16 : memory.data_type.f32;
    memoryLimit = new MemoryLimit(options.memoryLimit());
    tuning = Tuning.parse(options.tuning());
    isTuned = options.tuning() != null;
    updater = new FlatUpdater(held, options.threads());
    groups = new LayerGroups(PlanGraph.parts(configuration, held.model().steps()));
    trainedLayers = groups.count();
    readShape = graph(true).readShape();
    weights =
        new Weights(held.parameters().data().address(), held.gradients().data().address(), arena);
  }

  @Override
  public int[] readShape() {
    return readShape.clone();
  }

  @Override
  public int[] takenShape() {
    if (section.from() == null) return inputShape();
    int[] shape = section.fromShape();
    return shape.length > 1 ? shape : new int[] {1, 1, shape[0]};
  }

  @Override
  public synchronized void trainLast(int layers, double decay) {
    int trained = Math.min(layers, groups.count());
    if (trained == trainedLayers && decay == layerDecay) return;
    trainedLayers = trained;
    layerDecay = decay;
    section = section.freezing(groups.frozen(trained));
    updater.multiplyRates(offset -> groups.share(offset, trained, decay));
    // What was derived from layers that are frozen now may be older than they are.
    weights.changed();
  }

  @Override
  public String lastFrozen(int layers) {
    return groups.cut(layers);
  }

  @Override
  public synchronized void takeOutputsOf(String layer) {
    plans.close();
    section = section.from(layer, layer == null ? null : outputs(layer).shape());
    featurePlans.close();
    readShape = graph(true).readShape();
    cachedPictures = 0;
    multiplyAdds = 0;
  }

  @Override
  public List<String> layerNames() {
    return PlanGraph.parts(held.configuration(), held.model().steps()).stream()
        .map(PlanGraph.Part::name)
        .collect(Collectors.toList());
  }

  @Override
  public LayerOutputs outputs(String layer) {
    List<String> known = layerNames();
    if (!known.contains(layer)) {
      throw new SparkDl4jException(
              ErrorCode.PARAMETER_RANGE,
              "there is no layer " + layer + "; the layers are " + String.join(", ", known))
          .with("parameter", "layer");
    }
    return new LayerOutputs() {
      @Override
      public int[] readShape() {
        return featurePlan(layer, 1).readShape();
      }

      @Override
      public int[] shape() {
        return featurePlan(layer, 1).shape();
      }

      @Override
      public void compute(FloatPointer pictures, int count, FloatPointer target) {
        computeOutputs(layer, pictures, count, target);
      }
    };
  }

  private synchronized void computeOutputs(
      String layer, FloatPointer pictures, int count, FloatPointer target) {
    FeaturePlan plan = featurePlan(layer, count);
    plan.run(address(pictures, count, plan.readShape()), target);
    hasPredicted = true;
    if (!hasFiniteParameters()) {
      int[] shape = plan.shape();
      float[] rows = new float[count * Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
      Arrays.fill(rows, Float.NaN);
      target.put(rows, 0, rows.length);
    }
  }

  private synchronized FeaturePlan featurePlan(String layer, int count) {
    begin();
    String key = count + " " + layer;
    FeaturePlan plan = featurePlans.get(key);
    if (plan == null) {
      Chain chain = new Chain(weights, arena, count, false, type, tuning);
      plan = new FeaturePlan(graph(false, Section.WHOLE.to(layer)), chain);
      featurePlans.put(key, plan);
    }
    return plan;
  }

  @Override
  MinibatchResult trainMinibatch(FloatPointer pictures, Targets targets, long seed) {
    MinibatchResult result = computeGradients(pictures, targets, seed);
    boolean finite = updater.update(targets.size(), learningRateShare());
    weights.trained();
    return finite ? result : new MinibatchResult(Double.NaN, result.hits(), targets.size());
  }

  /** Forward and backward without the update: DL4J's gradient view holds the sums then. */
  synchronized MinibatchResult computeGradients(FloatPointer pictures, Targets targets, long seed) {
    begin();
    weights.beginTraining();
    dropCopies();
    long address = address(pictures, targets.size());
    held.requireTargets(targets);
    return plan(targets.size(), true).gradients(address, targets, seed);
  }

  @Override
  public synchronized void predict(FloatPointer pictures, int count, FloatPointer probabilities) {
    begin();
    long address = address(pictures, count);
    if (!hasPredicted) arena.shrink();
    hasPredicted = true;
    Runnable prediction = () -> plan(count, false).predict(address, probabilities);
    if (count * multiplyAdds() <= FOR_ONE_THREAD) Threads.withOne(prediction);
    else prediction.run();
    if (!hasFiniteParameters()) {
      float[] rows = new float[count * classes()];
      Arrays.fill(rows, Float.NaN);
      probabilities.put(rows, 0, rows.length);
    }
  }

  /** {@inheritDoc} Parts of equal size: a small rest would cost almost as much as a full part. */
  @Override
  public synchronized int predictionSize(int most) {
    if (most == 1) return 1;
    begin();
    if (cachedPictures == 0) {
      double weightBytes = (double) held.parameters().length() * Float.BYTES;
      double wanted = Math.max(CACHE_BYTES, TIMES_WEIGHTS * weightBytes);
      cachedPictures = (int) Math.max(1, wanted * SAMPLE / bytes(SAMPLE, false));
    }
    int parts = (most - 1) / cachedPictures + 1;
    return (most - 1) / parts + 1;
  }

  @Override
  public synchronized long trainingBytes(int batchSize) {
    begin();
    return super.trainingBytes(batchSize) + bytes(batchSize, true);
  }

  @Override
  public synchronized boolean hasFiniteParameters() {
    if (checkedVersion != weights.version()) isFinite = super.hasFiniteParameters();
    checkedVersion = weights.version();
    return isFinite;
  }

  @Override
  public synchronized void restore(NetworkState state) {
    super.restore(state);
    weights.changed();
  }

  @Override
  public synchronized void readState(FileChannel file) throws IOException {
    super.readState(file);
    weights.changed();
  }

  /**
   * {@inheritDoc}
   *
   * <p>Ask again before every change of its parameters: the plan works with copies of them, which
   * it takes anew after each call.
   */
  @Override
  public synchronized Model network() {
    weights.changed();
    return super.network();
  }

  @Override
  public synchronized List<LayerExecution> executions(int batchSize) {
    begin();
    List<LayerExecution> executions = new ArrayList<>();
    for (Step step : plan(batchSize, true).steps()) {
      executions.add(new LayerExecution(step.name(), "plan", step.implementation()));
    }
    return executions;
  }

  /**
   * How long each step of a training takes.
   *
   * @param pictures of one minibatch
   * @param repetitions trainings, of which the medians are taken; their updates stay
   */
  public synchronized List<StepTime> profile(FloatPointer pictures, int[] labels, int repetitions) {
    begin();
    return plan(labels.length, true)
        .profile(
            address(pictures, labels.length),
            labels,
            repetitions,
            () -> {
              updater.update(labels.length, learningRateShare());
              weights.trained();
            });
  }

  /** Bytes that activations and gradients of a minibatch take. */
  public synchronized long activationBytes(int batchSize, boolean training) {
    begin();
    return plan(batchSize, training).bytes();
  }

  /** The fewest bytes that any placement of these activations and gradients could take. */
  public synchronized long minimumActivationBytes(int batchSize, boolean training) {
    begin();
    return plan(batchSize, training).minimumBytes();
  }

  @Override
  public synchronized String tune(int batchSize) {
    begin();
    FormatTrials trials =
        new FormatTrials(this::graph, this::compile, pictureSize(), classes(), batchSize);
    Tuning found = trials.run(tuning);
    plans.close();
    featurePlans.close();
    tuning = found;
    isTuned = true;
    return found.toString();
  }

  @Override
  public synchronized String tuning() {
    return isTuned ? tuning.toString() : null;
  }

  @Override
  public synchronized void releaseThread() {
    weights.endTraining();
    super.releaseThread();
  }

  @Override
  void free() {
    plans.close();
    featurePlans.close();
    weights.endTraining();
    arena.close();
  }

  private void begin() {
    held.requireOpen();
    if (options.threads() > 0) Threads.use(options.threads());
  }

  /** After an update, the copies of the weights that predictions read are of no use any more. */
  private void dropCopies() {
    if (hasPredicted) {
      plans.values().forEach(CompiledPlan::dropCopies);
      featurePlans.values().forEach(FeaturePlan::dropCopies);
    }
    hasPredicted = false;
  }

  private CompiledPlan plan(int count, boolean training) {
    String key = (training ? "train " + trainedLayers + " of " : "predict ") + count;
    CompiledPlan plan = plans.get(key);
    if (plan != null) return plan;
    plan = compile(graph(training), count, training, tuning);
    long bytes = plan.bytes();
    try {
      memoryLimit.require(count, size -> size == count ? bytes : bytes(size, training));
    } catch (SparkDl4jException e) {
      plan.close();
      throw e;
    }
    plans.put(key, plan);
    return plan;
  }

  /** Of the forward pass of one picture. */
  private long multiplyAdds() {
    // Whatever was compiled before has told them.
    if (multiplyAdds == 0) compile(graph(false), 1, false, tuning).close();
    return multiplyAdds;
  }

  private long bytes(int count, boolean training) {
    try (CompiledPlan plan = compile(graph(training), count, training, tuning)) {
      return plan.bytes();
    }
  }

  private PlanGraph graph(boolean training) {
    return graph(training, section);
  }

  private PlanGraph graph(boolean training, Section part) {
    return new PlanGraph(held.configuration(), inputShape(), held.model().steps(), training, part);
  }

  private CompiledPlan compile(PlanGraph graph, int count, boolean training, Tuning preferred) {
    Chain chain = new Chain(weights, arena, count, training, type, preferred);
    CompiledPlan plan = new CompiledPlan(graph, held.configuration().loss(), chain);
    multiplyAdds = plan.multiplyAdds() / count;
    return plan;
  }
}
