package org.sparkdl4j.spark;

import java.io.Serializable;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.sparkdl4j.dl4j.NetworkState;

/**
 * The state that all workers begin with, on its way to them. A small one travels in what Spark
 * sends of the tasks anyway: a broadcast of its own costs messages between driver and executors,
 * one after the other. A large one is broadcast, since tasks would each have a copy.
 */
final class RoundStart implements Serializable, AutoCloseable {
  private static final long serialVersionUID = 1;

  /** Spark warns of tasks above a megabyte. */
  private static final long LARGEST_WITH_TASKS = 960 << 10;

  private final NetworkState small;
  private final Broadcast<NetworkState> large;

  RoundStart(JavaSparkContext context, NetworkState state) {
    long floats = (long) state.parameters().length + state.updater().length;
    // Tasks in the driver's own process read a broadcast where it is.
    boolean isSmall = floats * Float.BYTES <= LARGEST_WITH_TASKS && !context.isLocal();
    small = isSmall ? state : null;
    large = isSmall ? null : context.broadcast(state);
  }

  /** The state, in a task. */
  NetworkState state() {
    return large == null ? small : large.value();
  }

  /** Takes it away from driver and executors. */
  @Override
  public void close() {
    if (large != null) large.destroy();
  }
}
