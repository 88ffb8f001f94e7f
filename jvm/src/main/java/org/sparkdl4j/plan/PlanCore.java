package org.sparkdl4j.plan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.FloatPointer;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;

/**
 * The compute plan: a DL4J network whose arithmetic runs on oneDNN. DL4J holds parameters and
 * updater state; what is compiled, per batch size, reads and writes them where they are.
 *
 * <p>oneDNN's ReLU and max pooling swallow NaN. So that none goes unnoticed, the loss is NaN when a
 * gradient is not finite, and predictions are NaN when the parameters or the picture are not.
 */
public final class PlanCore implements NetworkCore {
  /** Enough for training and validation with their smaller last minibatches, and some more. */
  private static final int MOST_PLANS = 8;

  private final Dl4jNetwork held;
  private final FlatUpdater updater;
  private final Weights weights;
  private final float[] chunk = new float[8192];
  private final Map<String, CompiledPlan> plans = new LinkedHashMap<>(16, 0.75f, true);

  /**
   * A core with the first weights that the configuration's seed gives.
   *
   * @param configuration DL4J's configuration
   * @param inputShape {@code [height, width, channels]} of the pictures
   * @throws IllegalArgumentException when the plan lacks something that the network needs: {@link
   *     NetworkCores} takes DL4J itself then
   */
  public PlanCore(MultiLayerConfiguration configuration, int[] inputShape) {
    String lacking = PlanSupport.lacks(configuration);
    if (lacking != null) throw new IllegalArgumentException("the compute plan lacks " + lacking);
    held = new Dl4jNetwork(configuration, inputShape);
    MultiLayerNetwork network = held.network();
    network.initGradientsView();
    updater = new FlatUpdater(network);
    weights =
        new Weights(
            network.params().data().address(), network.getGradientsViewArray().data().address());
  }

  @Override
  public int[] inputShape() {
    return held.inputShape();
  }

  @Override
  public int classes() {
    return held.classes();
  }

  @Override
  public synchronized MinibatchResult train(
      FloatPointer pictures, int[] labels, float[] sampleWeights, long seed) {
    MinibatchResult result = computeGradients(pictures, labels, sampleWeights, seed);
    boolean finite = updater.update(labels.length);
    return finite ? result : new MinibatchResult(Double.NaN, result.hits());
  }

  /** Forward and backward without the update: DL4J's gradient view holds the sums then. */
  synchronized MinibatchResult computeGradients(
      FloatPointer pictures, int[] labels, float[] sampleWeights, long seed) {
    held.requireOpen();
    long address = held.address(pictures, labels.length);
    held.requireLabels(labels);
    return plan(labels.length, true).gradients(address, labels, sampleWeights, seed);
  }

  @Override
  public synchronized void predict(FloatPointer pictures, int count, FloatPointer probabilities) {
    held.requireOpen();
    plan(count, false).predict(held.address(pictures, count), probabilities);
    if (!hasFiniteParameters()) {
      float[] rows = new float[count * classes()];
      Arrays.fill(rows, Float.NaN);
      probabilities.put(rows, 0, rows.length);
    }
  }

  @Override
  public synchronized void finishEpoch() {
    held.finishEpoch();
  }

  @Override
  public synchronized NetworkState snapshot() {
    return held.snapshot();
  }

  @Override
  public synchronized void restore(NetworkState state) {
    held.restore(state);
  }

  @Override
  public MultiLayerNetwork network() {
    return held.network();
  }

  @Override
  public synchronized List<LayerExecution> executions(int batchSize) {
    held.requireOpen();
    List<LayerExecution> executions = new ArrayList<>();
    for (Step step : plan(batchSize, true).steps()) {
      executions.add(new LayerExecution(step.name(), "plan", step.implementation()));
    }
    return executions;
  }

  @Override
  public void releaseThread() {
    Dl4jNetwork.releaseThread();
  }

  @Override
  public synchronized void close() {
    if (held.isClosed()) return;
    for (CompiledPlan plan : plans.values()) plan.close();
    plans.clear();
    held.close();
  }

  private CompiledPlan plan(int count, boolean training) {
    String key = (training ? "train " : "predict ") + count;
    CompiledPlan plan = plans.get(key);
    if (plan != null) return plan;
    if (plans.size() == MOST_PLANS) {
      // The first is the one that was used longest ago.
      plans.remove(plans.keySet().iterator().next()).close();
    }
    plan =
        new CompiledPlan(
            network().getLayerWiseConfigurations(), inputShape(), weights, count, training);
    plans.put(key, plan);
    return plan;
  }

  private boolean hasFiniteParameters() {
    FloatPointer all = Dl4jNetwork.memory(network().params());
    float[] sums = new float[chunk.length];
    for (long at = 0; at < all.limit(); at += chunk.length) {
      int length = (int) Math.min(chunk.length, all.limit() - at);
      FloatMemory.at(all.address() + at * Float.BYTES, length).get(chunk, 0, length);
      for (int i = 0; i < length; i++) sums[i] += chunk[i] * 0;
    }
    for (float sum : sums) {
      if (sum != 0) return false;
    }
    return true;
  }
}
