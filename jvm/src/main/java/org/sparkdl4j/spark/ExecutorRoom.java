package org.sparkdl4j.spark;

import java.util.Locale;
import org.apache.spark.SparkConf;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;

/**
 * The memory that YARN or Kubernetes gives an executor outside its Java heap, where networks and
 * pictures lie. They end a process that takes more. Other clusters set no such limit.
 */
final class ExecutorRoom {
  private static final String OVERHEAD = "spark.executor.memoryOverhead";

  /** The shares of the heap and the least that Spark takes where nothing is said. */
  private static final double FACTOR = 0.1;

  /** On Kubernetes that of programs in Python, the larger one: which it is, nobody tells here. */
  private static final double KUBERNETES_FACTOR = 0.4;

  private static final long LEAST = 384;

  private static final long MIB = 1 << 20;

  private final boolean isLimited;
  private final long megabytes;
  private final int tasks;

  private ExecutorRoom(boolean isLimited, long megabytes, int tasks) {
    this.isLimited = isLimited;
    this.megabytes = megabytes;
    this.tasks = tasks;
  }

  /** As the settings have it. */
  static ExecutorRoom of(SparkConf settings) {
    String master = settings.get("spark.master", "");
    boolean isKubernetes = master.startsWith("k8s");
    double factor =
        settings.getDouble(
            "spark.executor.memoryOverheadFactor",
            settings.getDouble(
                "spark.kubernetes.memoryOverheadFactor",
                isKubernetes ? KUBERNETES_FACTOR : FACTOR));
    long heap = settings.getSizeAsMb("spark.executor.memory", "1g");
    long least = settings.getSizeAsMb("spark.executor.minMemoryOverhead", LEAST + "m");
    long room =
        settings.contains(OVERHEAD)
            ? settings.getSizeAsMb(OVERHEAD)
            : Math.max(least, (long) (factor * heap));
    int tasks = settings.getInt("spark.executor.cores", 1) / settings.getInt("spark.task.cpus", 1);
    return new ExecutorRoom(isKubernetes || master.startsWith("yarn"), room, Math.max(1, tasks));
  }

  /** Whether anybody would notice that there is too little. */
  boolean isLimited() {
    return isLimited;
  }

  /**
   * Makes sure that the workers of an executor have room; what else a JVM needs there comes on top.
   *
   * @param workers of the run
   * @param batchSize of the largest minibatch
   * @param network bytes of a worker's network, with the activations of such a minibatch
   * @param pictures bytes of a worker's pictures
   * @throws SparkDl4jException OUT_OF_MEMORY, which names the setting
   */
  void require(int workers, int batchSize, long network, long pictures) {
    int own = Math.min(workers, tasks);
    long needed = own * (network + pictures) / MIB + 1;
    if (!isLimited || needed <= megabytes) return;
    throw new SparkDl4jException(
            ErrorCode.OUT_OF_MEMORY,
            String.format(
                Locale.ROOT,
                "an executor has %d MiB outside its Java heap, but the %d workers that it trains at"
                    + " a time need %d there (each %d for the network and minibatches of %d, and %d"
                    + " for its pictures): set %s=%dm or more, or take a smaller batch_size",
                megabytes,
                own,
                needed,
                network / MIB + 1,
                batchSize,
                pictures / MIB + 1,
                OVERHEAD,
                needed + Math.max(LEAST, needed / 10)))
        .with("setting", OVERHEAD)
        .with("parameter", "batch_size");
  }
}
