package org.sparkdl4j.plan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.updater.BaseMultiLayerUpdater;
import org.deeplearning4j.nn.updater.UpdaterBlock;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.regularization.L1Regularization;
import org.nd4j.linalg.learning.regularization.L2Regularization;
import org.nd4j.linalg.learning.regularization.Regularization;

/**
 * DL4J's update of the parameters, on its own flattened views of parameters, gradients and updater
 * state, in chunks that stay in the processor's cache. It does what DL4J does in the same order:
 * divide by the minibatch, regularise, apply the updater, subtract.
 */
final class FlatUpdater {
  private static final int CHUNK = 8192;

  /** Parameters next to each other with the same updater and the same regularisation. */
  private static final class Run {
    private IUpdater updater;
    private List<Regularization> regularizations;
    private long offset;
    private long length;

    /** Where the run's first value has its states in DL4J's view. */
    private long first;

    private long second;
  }

  private final MultiLayerNetwork network;
  private final long parameters;
  private final long gradients;
  private final long state;
  private final List<Run> runs = new ArrayList<>();

  private final float[] weight = new float[CHUNK];
  private final float[] gradient = new float[CHUNK];
  private final float[] first = new float[CHUNK];
  private final float[] second = new float[CHUNK];
  private final float[] finite = new float[CHUNK];

  FlatUpdater(MultiLayerNetwork network) {
    this.network = network;
    BaseMultiLayerUpdater<?> updater = (BaseMultiLayerUpdater<?>) network.getUpdater();
    INDArray view = updater.getStateViewArray();
    parameters = network.params().data().address();
    gradients = network.getGradientsViewArray().data().address();
    state = view == null ? 0 : view.data().address();
    for (UpdaterBlock block : updater.getUpdaterBlocks()) addRuns(block);
  }

  /**
   * Updates the parameters, and counts the iteration.
   *
   * @param count pictures in the minibatch
   * @return whether all gradients were finite
   */
  boolean update(int count) {
    int iteration = network.getIterationCount();
    int epoch = network.getEpochCount();
    Arrays.fill(finite, 0);
    for (Run run : runs) {
      UpdateRule rule = UpdateRule.of(run.updater, iteration, epoch);
      for (long at = 0; at < run.length; at += CHUNK) {
        int length = (int) Math.min(CHUNK, run.length - at);
        update(run, rule, at, length, count, iteration, epoch);
      }
    }
    network.setIterationCount(iteration + 1);
    for (float value : finite) {
      if (value != 0) return false;
    }
    return true;
  }

  private void update(
      Run run, UpdateRule rule, long at, int length, int count, int iteration, int epoch) {
    read(parameters, run.offset + at, weight, length);
    read(gradients, run.offset + at, gradient, length);
    if (run.first >= 0) read(state, run.first + at, first, length);
    if (run.second >= 0) read(state, run.second + at, second, length);

    // Zero times a number is zero; times NaN or infinity it is NaN. No branch, no reduction.
    for (int i = 0; i < length; i++) finite[i] += gradient[i] * 0;
    for (int i = 0; i < length; i++) gradient[i] /= count;
    for (Regularization regularization : run.regularizations) {
      regularize(regularization, length, iteration, epoch);
    }
    rule.apply(gradient, first, second, length);
    for (int i = 0; i < length; i++) weight[i] -= gradient[i];

    write(parameters, run.offset + at, weight, length);
    if (run.first >= 0) write(state, run.first + at, first, length);
    if (run.second >= 0) write(state, run.second + at, second, length);
  }

  private void regularize(Regularization regularization, int length, int iteration, int epoch) {
    if (regularization instanceof L2Regularization) {
      float l2 = (float) ((L2Regularization) regularization).getL2().valueAt(iteration, epoch);
      for (int i = 0; i < length; i++) gradient[i] += l2 * weight[i];
    } else {
      float l1 = (float) ((L1Regularization) regularization).getL1().valueAt(iteration, epoch);
      for (int i = 0; i < length; i++) gradient[i] += l1 * Math.signum(weight[i]);
    }
  }

  private void addRuns(UpdaterBlock block) {
    long length = block.getParamOffsetEnd() - block.getParamOffsetStart();
    long states = block.getUpdaterViewOffsetEnd() - block.getUpdaterViewOffsetStart();
    for (UpdaterBlock.ParamState parameter : block.getLayersAndVariablesInBlock()) {
      String name = parameter.getParamName();
      Run run = new Run();
      run.updater = parameter.getLayer().getConfig().getUpdaterByParam(name);
      List<Regularization> own = parameter.getLayer().getConfig().getRegularizationByParam(name);
      run.regularizations = own == null ? List.of() : own;
      run.offset = parameter.getParamOffsetStart();
      run.length = parameter.getParamOffsetEnd() - run.offset;
      long inBlock = run.offset - block.getParamOffsetStart();
      run.first = states >= length ? block.getUpdaterViewOffsetStart() + inBlock : -1;
      // A block has all of its first states before the second ones.
      run.second = states >= 2 * length ? run.first + length : -1;
      runs.add(run);
    }
  }

  private static void read(long start, long offset, float[] into, int length) {
    FloatMemory.at(start + offset * Float.BYTES, length).get(into, 0, length);
  }

  private static void write(long start, long offset, float[] from, int length) {
    FloatMemory.at(start + offset * Float.BYTES, length).put(from, 0, length);
  }
}
