package org.sparkdl4j.training;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.List;
import org.bytedeco.javacpp.FloatPointer;
import org.deeplearning4j.nn.api.Model;
import org.sparkdl4j.dl4j.NetworkState;
import org.sparkdl4j.loss.MinibatchResult;
import org.sparkdl4j.minibatch.Targets;
import org.sparkdl4j.network.NetworkConfiguration;
import org.sparkdl4j.plan.LayerExecution;
import org.sparkdl4j.plan.LayerOutputs;
import org.sparkdl4j.plan.NetworkCore;

/** A core that a test can make fail. */
class DelegatingCore implements NetworkCore {
  private final NetworkCore core;

  DelegatingCore(NetworkCore core) {
    this.core = core;
  }

  @Override
  public int[] inputShape() {
    return core.inputShape();
  }

  @Override
  public int[] readShape() {
    return core.readShape();
  }

  @Override
  public int classes() {
    return core.classes();
  }

  @Override
  public List<String> layerNames() {
    return core.layerNames();
  }

  @Override
  public void trainLast(int layers, double decay) {
    core.trainLast(layers, decay);
  }

  @Override
  public String lastFrozen(int layers) {
    return core.lastFrozen(layers);
  }

  @Override
  public LayerOutputs outputs(String layer) {
    return core.outputs(layer);
  }

  @Override
  public void takeOutputsOf(String layer) {
    core.takeOutputsOf(layer);
  }

  @Override
  public int[] takenShape() {
    return core.takenShape();
  }

  @Override
  public long trainingBytes(int batchSize) {
    return core.trainingBytes(batchSize);
  }

  @Override
  public MinibatchResult train(FloatPointer features, Targets targets, long seed) {
    return core.train(features, targets, seed);
  }

  @Override
  public double learningRate() {
    return core.learningRate();
  }

  @Override
  public void scaleLearningRate(double share) {
    core.scaleLearningRate(share);
  }

  @Override
  public void predict(FloatPointer features, int count, FloatPointer probabilities) {
    core.predict(features, count, probabilities);
  }

  @Override
  public void finishEpoch() {
    core.finishEpoch();
  }

  @Override
  public NetworkState snapshot(NetworkState replaced) {
    return core.snapshot(replaced);
  }

  @Override
  public long stateBytes() {
    return core.stateBytes();
  }

  @Override
  public void writeState(FileChannel file) throws IOException {
    core.writeState(file);
  }

  @Override
  public void readState(FileChannel file) throws IOException {
    core.readState(file);
  }

  @Override
  public boolean hasFiniteParameters() {
    return core.hasFiniteParameters();
  }

  @Override
  public void restore(NetworkState state) {
    core.restore(state);
  }

  @Override
  public Model network() {
    return core.network();
  }

  @Override
  public NetworkConfiguration configuration() {
    return core.configuration();
  }

  @Override
  public List<LayerExecution> executions(int batchSize) {
    return core.executions(batchSize);
  }

  @Override
  public String tuning() {
    return core.tuning();
  }

  @Override
  public int predictionSize(int most) {
    return core.predictionSize(most);
  }

  @Override
  public String tune(int batchSize) {
    return core.tune(batchSize);
  }

  @Override
  public void releaseThread() {
    core.releaseThread();
  }

  @Override
  public void close() {
    core.close();
  }
}
