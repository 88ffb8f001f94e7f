package org.sparkdl4j.spark;

import java.io.Serializable;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.sparkdl4j.dl4j.NetworkState;

/**
 * The state that all workers begin with, on its way to them. Tasks in the driver's own process read
 * it where it is. A small one travels in what Spark sends of the tasks anyway: a broadcast of its
 * own costs messages between driver and executors, one after the other. A large one is broadcast,
 * since tasks would each have a copy.
 */
final class RoundStart implements Serializable, AutoCloseable {
  private static final long serialVersionUID = 1;

  /** Spark warns of tasks above a megabyte. */
  private static final long LARGEST_WITH_TASKS = 960 << 10;

  /** States that tasks of this process read, by number. */
  private static final Map<Long, NetworkState> HERE = new ConcurrentHashMap<>();

  private static final AtomicLong NUMBERS = new AtomicLong();

  private final NetworkState small;
  private final Broadcast<NetworkState> large;
  private final long number;

  RoundStart(JavaSparkContext context, NetworkState state) {
    long floats = (long) state.parameters().length + state.updater().length;
    boolean isHere = context.isLocal();
    boolean isSmall = floats * Float.BYTES <= LARGEST_WITH_TASKS;
    number = NUMBERS.incrementAndGet();
    if (isHere) HERE.put(number, state);
    small = isSmall && !isHere ? state : null;
    large = isSmall || isHere ? null : context.broadcast(state);
  }

  /** The state, in a task. */
  NetworkState state() {
    if (small != null) return small;
    return large != null ? large.value() : HERE.get(number);
  }

  /** Takes it away from driver and executors. */
  @Override
  public void close() {
    HERE.remove(number);
    if (large != null) large.destroy();
  }
}
