package org.sparkdl4j.onednn;

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

  /** Computes something with one thread, and whatever comes after it with as many as before. */
  public static void withOne(Runnable action) {
    int before = count();
    use(1);
    try {
      action.run();
    } finally {
      use(before);
    }
  }

  private static NativeOps ops() {
    return NativeOpsHolder.getInstance().getDeviceNativeOps();
  }
}
