package org.sparkdl4j.plan;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.concurrent.atomic.AtomicBoolean;
import org.bytedeco.javacpp.FloatPointer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.api.NeuralNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.sparkdl4j.dl4j.Dl4jNetwork;
import org.sparkdl4j.dl4j.NetworkState;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.loss.MinibatchResult;
import org.sparkdl4j.minibatch.Targets;
import org.sparkdl4j.network.NetworkConfiguration;

/** A core whose parameters, updater state and counters live in a DL4J network of its own. */
abstract class Dl4jBackedCore implements NetworkCore {
  /** The network; its methods are called by one thread at a time. */
  final Dl4jNetwork held;

  private final AtomicBoolean trains = new AtomicBoolean();
  private double learningRateShare = 1;

  /**
   * A core with the first weights that the configuration's seed gives.
   *
   * @param inputShape {@code [height, width, channels]} of the pictures
   */
  Dl4jBackedCore(NetworkConfiguration configuration, int[] inputShape) {
    held = new Dl4jNetwork(configuration, inputShape);
  }

  /** Trains on one minibatch, as {@link #train} says. */
  abstract MinibatchResult trainMinibatch(FloatPointer pictures, Targets targets, long seed);

  @Override
  public final MinibatchResult train(FloatPointer pictures, Targets targets, long seed) {
    if (!trains.compareAndSet(false, true)) {
      throw new SparkDl4jException(
          ErrorCode.TRAINING_STATE,
          "another thread trains this network at the moment: wait for its end, or train a network"
              + " of its own");
    }
    try {
      synchronized (this) {
        return trainMinibatch(pictures, targets, seed);
      }
    } finally {
      trains.set(false);
    }
  }

  @Override
  public final synchronized double learningRate() {
    held.requireOpen();
    return held.learningRate();
  }

  @Override
  public final synchronized void scaleLearningRate(double share) {
    learningRateShare = share;
  }

  /** By which the learning rate is multiplied. */
  final double learningRateShare() {
    return learningRateShare;
  }

  /** Frees the native memory beside the network's; called once. */
  abstract void free();

  @Override
  public final int[] inputShape() {
    return held.inputShape();
  }

  @Override
  public long trainingBytes(int batchSize) {
    long floats = held.parameters().length() + held.gradients().length();
    INDArray updater = ((NeuralNetwork) held.network()).updaterState();
    return (floats + (updater == null ? 0 : updater.length())) * Float.BYTES;
  }

  /** Floats in what the network reads of a picture. */
  final long pictureSize() {
    return size(readShape());
  }

  private static long size(int[] shape) {
    return (long) shape[0] * shape[1] * shape[2];
  }

  /**
   * The address of the first of so many pictures.
   *
   * @throws IllegalArgumentException when the memory does not hold them
   */
  final long address(FloatPointer pictures, int count) {
    return address(pictures, count, readShape());
  }

  /** The same, where another part of every picture is read. */
  final long address(FloatPointer pictures, int count, int[] read) {
    if (count < 1 || pictures.limit() - pictures.position() < count * size(read)) {
      throw new IllegalArgumentException(
          count
              + " pictures of "
              + size(read)
              + " floats in memory for "
              + (pictures.limit() - pictures.position()));
    }
    return pictures.address() + pictures.position() * Float.BYTES;
  }

  @Override
  public final int classes() {
    return held.classes();
  }

  @Override
  public final synchronized void finishEpoch() {
    held.requireOpen();
    held.setEpoch(held.epoch() + 1);
  }

  @Override
  public final synchronized NetworkState snapshot(NetworkState replaced) {
    return held.snapshot(replaced);
  }

  @Override
  public synchronized boolean hasFiniteParameters() {
    held.requireOpen();
    return held.hasFiniteParameters();
  }

  @Override
  public synchronized void restore(NetworkState state) {
    held.restore(state);
  }

  @Override
  public final synchronized long stateBytes() {
    return held.stateBytes();
  }

  @Override
  public final synchronized void writeState(FileChannel file) throws IOException {
    held.writeState(file);
  }

  @Override
  public synchronized void readState(FileChannel file) throws IOException {
    held.readState(file);
  }

  @Override
  public Model network() {
    return held.network();
  }

  @Override
  public final NetworkConfiguration configuration() {
    return held.configuration();
  }

  @Override
  public void releaseThread() {
    Dl4jNetwork.releaseThread();
  }

  @Override
  public final synchronized void close() {
    if (held.isClosed()) return;
    free();
    held.close();
  }
}
