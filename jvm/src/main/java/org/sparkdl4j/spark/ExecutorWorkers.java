package org.sparkdl4j.spark;

import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.sparkdl4j.dataset.LabeledImages;
import org.sparkdl4j.training.PartitionWorker;

/**
 * The workers that live in this executor between rounds: making one takes longer than a round.
 *
 * <p>Any executor can train any partition at any time: a worker that is not there yet is made from
 * the partition's pictures, and gives the same result. Two tasks for one partition, such as a
 * speculative one, take turns. What nobody has asked for in a while is closed ({@link IdleCheck});
 * that happens when a run ends without a word to this executor.
 */
final class ExecutorWorkers {
  /** A worker with its validation pictures; it belongs to the thread that holds its lock. */
  static final class Live {
    private PartitionWorker worker;
    private LabeledImages validation;
    private volatile WorkerRound lastRound;
    private boolean isClosed;
    private volatile long lastUsed = System.nanoTime();

    PartitionWorker worker() {
      return worker;
    }

    /** Null without any. */
    LabeledImages validation() {
      return validation;
    }

    /** Trains, and keeps what has become of it for a driver in the same process. */
    WorkerRound train(int partition, Function<PartitionWorker, PartitionWorker.Result> training) {
      lastRound = WorkerRound.of(partition, training.apply(worker));
      return lastRound;
    }

    private synchronized void close() {
      isClosed = true;
      if (validation != null) validation.close();
      if (worker != null) worker.close();
      validation = null;
      worker = null;
      lastRound = null;
    }
  }

  private static final Map<String, Live> LIVE = new ConcurrentHashMap<>();

  static {
    IdleCheck.everyMinute(ExecutorWorkers::closeIdle);
  }

  private ExecutorWorkers() {}

  /**
   * Does something with the worker of a partition.
   *
   * @param pictures the partition, which is read when there is no such worker here
   */
  static <T> T use(
      WorkerSetup setup, int partition, Iterator<WorkerPictures> pictures, Function<Live, T> work) {
    String key = key(setup.run(), partition);
    while (true) {
      Live live = LIVE.computeIfAbsent(key, missing -> new Live());
      synchronized (live) {
        // Closed between the two lines above: there is room for another one.
        if (live.isClosed) continue;
        live.lastUsed = System.nanoTime();
        try {
          return ExecutorMemory.with(
              () -> {
                if (live.worker == null) start(live, setup, pictures.next());
                return work.apply(live);
              });
        } finally {
          live.lastUsed = System.nanoTime();
        }
      }
    }
  }

  /** What the worker of a partition trained last, in this process. */
  static WorkerRound lastRound(String run, int partition) {
    return LIVE.get(key(run, partition)).lastRound;
  }

  /** Closes the worker of a partition, where there is one. */
  static void close(String run, int partition) {
    Live live = LIVE.remove(key(run, partition));
    if (live != null) live.close();
  }

  private static void start(Live live, WorkerSetup setup, WorkerPictures pictures) {
    // A training needs the memory; who predicts meanwhile has a classifier made.
    ExecutorClassifiers.closeIdle();
    live.worker = setup.worker(pictures);
    live.validation = setup.validation(pictures);
  }

  private static void closeIdle() {
    LIVE.forEach(
        (key, live) -> {
          if (IdleCheck.isIdle(live.lastUsed) && LIVE.remove(key, live)) live.close();
        });
  }

  private static String key(String run, int partition) {
    return run + "/" + partition;
  }
}
