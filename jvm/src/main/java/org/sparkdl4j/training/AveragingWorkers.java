package org.sparkdl4j.training;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.sparkdl4j.averaging.ParameterAverage;
import org.sparkdl4j.dataset.LabeledImages;
import org.sparkdl4j.dataset.StandardScaler;
import org.sparkdl4j.dl4j.NetworkState;
import org.sparkdl4j.loss.MinibatchResult;
import org.sparkdl4j.minibatch.InputWaits;
import org.sparkdl4j.plan.NetworkCore;

/**
 * Several networks that train side by side, each on a thread of its own, and are averaged after
 * every round of {@code num_workers * averaging_frequency} minibatches. Worker {@code w} of {@code
 * n} trains the minibatches {@code w}, {@code w + n}, … of the round; its weight in the average is
 * the number of pictures it trained there. So nothing depends on which thread is faster.
 */
final class AveragingWorkers extends LocalTraining {
  private final List<Worker> workers = new ArrayList<>();

  /** What was averaged last, in memory that the next average takes again. */
  private final List<NetworkState> states = new ArrayList<>();

  private final List<ExecutorService> threads = new ArrayList<>();
  private final int frequency;
  private volatile boolean failed;

  /**
   * Workers, all with the state of the first network.
   *
   * @param core the network of the first worker, which has the average after every round
   * @param furtherCores gives the networks of the others, of the same configuration
   */
  AveragingWorkers(
      NetworkCore core,
      Supplier<NetworkCore> furtherCores,
      StandardScaler scaler,
      LabeledImages training,
      LabeledImages validation,
      TrainingOptions options,
      Observations observations,
      BooleanSupplier cancelled) {
    super(core, training, validation, options, observations);
    int count = options.numWorkers();
    frequency = options.averagingFrequency((minibatchesPerEpoch() - 1) / count + 1);
    BooleanSupplier stopped = () -> failed || cancelled.getAsBoolean();
    try {
      NetworkState first = core.snapshot();
      for (int w = 0; w < count; w++) {
        NetworkCore own = w == 0 ? core : furtherCores.get();
        try {
          own.restore(first);
          workers.add(
              new Worker(
                  own, scaler, training, null, options, Observations.NONE, w, count, stopped));
        } catch (RuntimeException | Error e) {
          if (w > 0) own.close();
          throw e;
        }
        states.add(null);
        threads.add(Executors.newSingleThreadExecutor(AveragingWorkers::thread));
      }
    } catch (RuntimeException | Error e) {
      closeWorkers();
      throw e;
    }
  }

  @Override
  void seekRound(int epoch, int rounds) {
    for (Worker worker : workers) worker.seekMinibatch(epoch, rounds * frequency);
  }

  @Override
  public void scaleLearningRate(double share) {
    for (Worker worker : workers) worker.scaleLearningRate(share);
  }

  @Override
  int roundSize() {
    return (int) Math.min((long) workers.size() * frequency, Integer.MAX_VALUE);
  }

  @Override
  MinibatchResult[] train(int minibatches) {
    int count = workers.size();
    long[] before = workers.stream().mapToLong(Worker::examples).toArray();
    List<MinibatchResult[]> shares =
        onAll(w -> workers.get(w).train((minibatches - w + count - 1) / count));
    MinibatchResult[] results = new MinibatchResult[minibatches];
    for (int i = 0; i < minibatches; i++) results[i] = shares.get(i % count)[i / count];
    average(before);
    return results;
  }

  @Override
  public Integer worker(int minibatch) {
    return minibatch % workers.size();
  }

  @Override
  public void finishEpoch() {
    for (Worker worker : workers) worker.finishEpoch();
  }

  @Override
  float[] predict(LabeledImages view, int batchSize) {
    int minibatches = (view.size() - 1) / batchSize + 1;
    int share = (minibatches - 1) / workers.size() + 1;
    List<float[]> parts =
        onAll(
            w -> {
              long from = Math.min((long) w * share * batchSize, view.size());
              long to = Math.min(from + (long) share * batchSize, view.size());
              int[] positions = IntStream.range((int) from, (int) to).toArray();
              return workers.get(w).predict(view.subset(positions), batchSize);
            });
    float[] all = new float[parts.stream().mapToInt(part -> part.length).sum()];
    int at = 0;
    for (float[] part : parts) {
      System.arraycopy(part, 0, all, at, part.length);
      at += part.length;
    }
    return all;
  }

  @Override
  public InputWaits waits() {
    return workers.stream().map(Worker::waits).reduce(InputWaits.NONE, InputWaits::plus);
  }

  @Override
  void closeWorkers() {
    try {
      onAll(
          w -> {
            workers.get(w).core().releaseThread();
            return null;
          });
    } finally {
      for (int w = 0; w < workers.size(); w++) {
        threads.get(w).shutdown();
        workers.get(w).close();
        if (w > 0) workers.get(w).core().close();
      }
    }
  }

  /** Gives all workers the average of what each has made of the round. */
  private void average(long[] before) {
    int iteration = 0;
    long[] examples = new long[before.length];
    long trained = 0;
    for (int w = 0; w < before.length; w++) {
      Worker worker = workers.get(w);
      NetworkState state = worker.core().snapshot(states.get(w));
      states.set(w, state);
      examples[w] = worker.examples() - before[w];
      trained += examples[w];
      iteration = Math.max(iteration, state.iteration());
    }
    // Cancelled before its first minibatch, a round leaves all as it was.
    if (trained == 0) return;
    NetworkState average = ParameterAverage.of(states, examples, iteration);
    for (Worker worker : workers) worker.core().restore(average);
  }

  private interface Work<T> {
    T of(int worker);
  }

  /** Results of all workers in their order, once all have ended; or the first one's failure. */
  private <T> List<T> onAll(Work<T> work) {
    List<Future<T>> futures = new ArrayList<>();
    for (int w = 0; w < workers.size(); w++) {
      int worker = w;
      Callable<T> task =
          () -> {
            try {
              return work.of(worker);
            } catch (RuntimeException | Error e) {
              // The others stop before their next minibatch.
              failed = true;
              throw e;
            }
          };
      futures.add(threads.get(w).submit(task));
    }
    List<T> results = new ArrayList<>();
    Throwable failure = null;
    for (Future<T> future : futures) {
      try {
        results.add(await(future));
      } catch (ExecutionException e) {
        if (failure == null) failure = e.getCause();
      }
    }
    if (failure instanceof Error) throw (Error) failure;
    if (failure != null) throw (RuntimeException) failure;
    return results;
  }

  /** Waits even when interrupted: a worker that still runs uses memory that would be freed. */
  private static <T> T await(Future<T> future) throws ExecutionException {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return future.get();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) Thread.currentThread().interrupt();
    }
  }

  private static Thread thread(Runnable task) {
    Thread thread = new Thread(task, "sparkdl4j-worker");
    thread.setDaemon(true);
    return thread;
  }
}
