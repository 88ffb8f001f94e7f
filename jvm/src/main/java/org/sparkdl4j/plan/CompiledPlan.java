package org.sparkdl4j.plan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.dnnl.memory;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.sparkdl4j.loss.MinibatchResult;
import org.sparkdl4j.loss.OutputLoss;
import org.sparkdl4j.minibatch.Targets;
import org.sparkdl4j.network.LossSpec;
import org.sparkdl4j.onednn.OneDnn;
import org.sparkdl4j.onednn.Step;

/** A network compiled for one batch size, for training or for inference. */
final class CompiledPlan implements AutoCloseable {
  private final Chain chain;
  private final LossSpec loss;
  private final int classes;
  private FiniteCheck inputCheck;
  private memory logits;
  private memory gradient;
  private OutputLoss output;

  /** Compiles what a graph of layers says into an empty chain, which the plan closes. */
  // Nothing refers to the scope, and its varargs are generic.
  @SuppressWarnings({"try", "unchecked"})
  CompiledPlan(PlanGraph graph, LossSpec loss, Chain chain) {
    this.chain = chain;
    this.loss = loss;
    // What nobody keeps is freed at the end of the scope, not by the garbage collector.
    try (PointerScope scope = new PointerScope()) {
      ForwardSteps forward = new ForwardSteps(graph, chain);
      inputCheck = forward.inputCheck();
      Tensor last = forward.last();
      classes = Math.toIntExact(last.dimensions[1]);
      logits = last.memory;
      if (chain.isTraining()) {
        gradient = chain.value(last.desc);
        chain.endForward(logits, gradient);
        last.contribute(last.desc, gradient, false);
        backward(graph.layers(), forward);
      } else {
        chain.endForward(logits);
      }
      chain.finish();
    } catch (RuntimeException | Error e) {
      chain.close();
      throw e;
    }
  }

  /** Forward and backward; the gradients' sums over the minibatch are in DL4J's view then. */
  MinibatchResult gradients(long pictures, Targets targets, long seed) {
    bind();
    chain.setPictures(pictures);
    chain.runForward(seed);
    MinibatchResult result = output.loss(targets);
    chain.runBackward();
    return result;
  }

  /**
   * How long each step takes, the median of some trainings; parameters stay as they are, but for
   * what {@code update} does.
   */
  List<StepTime> profile(long pictures, int[] labels, int repetitions, Runnable update) {
    bind();
    chain.setPictures(pictures);
    List<Step> steps = new ArrayList<>();
    steps.add(new Step("dropout", "dropout", () -> chain.seed(1)));
    steps.addAll(chain.steps().subList(0, chain.forwardSteps()));
    steps.add(new Step("loss", "loss", () -> output.loss(Targets.of(labels, null))));
    steps.addAll(chain.steps().subList(chain.forwardSteps(), chain.steps().size()));
    steps.add(new Step("update", "updater", update));
    double[][] seconds = new double[steps.size()][repetitions];
    for (int r = 0; r < repetitions; r++) {
      for (int i = 0; i < seconds.length; i++) {
        long start = System.nanoTime();
        steps.get(i).run();
        seconds[i][r] = (System.nanoTime() - start) / 1e9;
      }
    }
    List<StepTime> times = new ArrayList<>();
    for (int i = 0; i < seconds.length; i++) {
      Arrays.sort(seconds[i]);
      times.add(new StepTime(steps.get(i), seconds[i][repetitions / 2]));
    }
    return times;
  }

  /** Predicts into memory of {@code [count, classes]} floats. */
  void predict(long pictures, FloatPointer probabilities) {
    bind();
    chain.setPictures(pictures);
    chain.runForward(0);
    float[] rows = output.probabilities();
    inputCheck.spoil(rows, classes);
    probabilities.put(rows, 0, rows.length);
  }

  /** Gives back the memory of its copies of the weights, until the next prediction. */
  void dropCopies() {
    chain.dropDerived();
  }

  /** All steps, in the order in which they run. */
  List<Step> steps() {
    return chain.steps();
  }

  /** Multiply-adds of the forward pass's convolutions and dense layers. */
  long multiplyAdds() {
    return chain.multiplyAdds();
  }

  /** Bytes of memory for activations and gradients. */
  long bytes() {
    return chain.bytes();
  }

  /** The fewest bytes that any placement of them could need. */
  long minimumBytes() {
    return chain.minimumBytes();
  }

  @Override
  public void close() {
    chain.close();
  }

  private void backward(List<PlanLayer> layers, ForwardSteps forward) {
    for (int i = layers.size() - 1; i >= 0; i--) {
      PlanLayer layer = layers.get(i);
      Tensor tensor = forward.output(layer);
      if (!tensor.hasGradient) continue;
      memory total = tensor.gradient(chain, layer.name);
      if (total != null) layer.backward(chain, total);
    }
  }

  /** The memory may have moved since the last run. */
  private void bind() {
    if (!chain.bind() && output != null) return;
    output =
        OutputLoss.of(
            loss,
            chain.count(),
            classes,
            OneDnn.address(logits),
            gradient == null ? 0 : OneDnn.address(gradient));
  }
}
