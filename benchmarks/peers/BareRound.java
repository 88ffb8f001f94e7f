package org.sparkdl4j.benchmarks;

import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/** What Spark itself takes for a round: a broadcast, a task for each worker, and the same floats back from each. */
public final class BareRound {
  private BareRound() {}

  /**
   * Seconds of every round.
   *
   * @param floats that are broadcast, and that every task returns
   */
  public static double[] seconds(JavaSparkContext context, int tasks, int floats, int rounds) {
    List<Integer> numbers = IntStream.range(0, tasks).boxed().collect(Collectors.toList());
    JavaRDD<Integer> workers = context.parallelize(numbers, tasks);
    double[] seconds = new double[rounds];
    float[] state = new float[floats];
    for (int round = 0; round < rounds; round++) {
      long start = System.nanoTime();
      Broadcast<float[]> broadcast = context.broadcast(state);
      List<float[]> found =
          workers
              .mapPartitions(own -> Collections.singleton(broadcast.value().clone()).iterator())
              .collect();
      broadcast.destroy();
      seconds[round] = (System.nanoTime() - start) / 1e9;
      state = found.get(0);
    }
    return seconds;
  }
}
