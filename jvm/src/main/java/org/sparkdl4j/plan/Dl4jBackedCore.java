package org.sparkdl4j.plan;

import org.deeplearning4j.nn.api.Model;
import org.sparkdl4j.dl4j.Dl4jNetwork;
import org.sparkdl4j.dl4j.NetworkState;
import org.sparkdl4j.network.NetworkConfiguration;

/** A core whose parameters, updater state and counters live in a DL4J network of its own. */
abstract class Dl4jBackedCore implements NetworkCore {
  /** The network; its methods are called by one thread at a time. */
  final Dl4jNetwork held;

  /**
   * A core with the first weights that the configuration's seed gives.
   *
   * @param inputShape {@code [height, width, channels]} of the pictures
   */
  Dl4jBackedCore(NetworkConfiguration configuration, int[] inputShape) {
    held = new Dl4jNetwork(configuration, inputShape);
  }

  /** Frees the native memory beside the network's; called once. */
  abstract void free();

  @Override
  public final int[] inputShape() {
    return held.inputShape();
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
  public Model network() {
    return held.network();
  }

  @Override
  public final NetworkConfiguration configuration() {
    return held.configuration();
  }

  @Override
  public final void releaseThread() {
    Dl4jNetwork.releaseThread();
  }

  @Override
  public final synchronized void close() {
    if (held.isClosed()) return;
    free();
    held.close();
  }
}
