package org.sparkdl4j.onednn;

import java.util.function.Supplier;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOps;
import org.nd4j.nativeblas.NativeOpsHolder;

/**
 * How many threads oneDNN, and ND4J with it, compute with when the calling thread asks them to:
 * they share one OpenMP.
 */
public final class Threads {
  static {
    // NativeOpsHolder fails for good where ND4J's own start has not come before it.
    Nd4j.getEnvironment();
  }

  private Threads() {}

  /** The number at present. */
  public static int count() {
    return ops().ompGetMaxThreads();
  }

  /** Computes with so many threads from now on. */
  public static void use(int count) {
    ops().setOmpNumThreads(count);
  }

  /**
   * Computes something with so many threads, and whatever comes after it with as many as before.
   */
  public static <T> T with(int count, Supplier<T> action) {
    int before = count();
    use(count);
    try {
      return action.get();
    } finally {
      use(before);
    }
  }

  /** Computes something with one thread, and whatever comes after it with as many as before. */
  public static void withOne(Runnable action) {
    with(
        1,
        () -> {
          action.run();
          return null;
        });
  }

  private static NativeOps ops() {
    return NativeOpsHolder.getInstance().getDeviceNativeOps();
  }
}
