package org.sparkdl4j.plan;

import java.util.function.LongSupplier;
import org.bytedeco.javacpp.Pointer;

/**
 * Keeps the native objects few that DL4J leaves to the garbage collector, about 80 a minibatch. The
 * collector sees only their small Java side and would let hundreds of megabytes gather.
 */
final class NativeGarbage {
  /** Of this JVM. */
  static final NativeGarbage OF_JVM = new NativeGarbage(Pointer::totalCount, System::gc);

  /**
   * More than 1,000 minibatches' worth, so that collecting takes no noticeable share of the time.
   */
  static final long LIMIT = 100_000;

  private final LongSupplier objects;
  private final Runnable collector;
  private long fewest = Long.MAX_VALUE;

  NativeGarbage(LongSupplier objects, Runnable collector) {
    this.objects = objects;
    this.collector = collector;
  }

  /** Collects when many objects have gathered since the fewest that there were. */
  synchronized void collectWhenMuch() {
    fewest = Math.min(fewest, objects.getAsLong());
    if (objects.getAsLong() - fewest < LIMIT) return;
    collector.run();
    fewest = objects.getAsLong();
  }
}
