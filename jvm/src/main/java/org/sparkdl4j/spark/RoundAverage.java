package org.sparkdl4j.spark;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.spark.HashPartitioner;
import org.apache.spark.api.java.JavaRDD;
import org.sparkdl4j.averaging.ParameterAverage;
import org.sparkdl4j.dl4j.NetworkState;
import scala.Tuple2;

/**
 * What all workers made of a round, and the average of their networks. In one process the networks
 * stay where they are. Of executors those that are small together come to the driver; of others
 * each executor averages a slice, so that the driver receives one network and not as many as there
 * are workers. The numbers are the same.
 */
final class RoundAverage {
  /** What comes to the driver of a slice, or of the rounds without their networks. */
  private static final class Part implements Serializable {
    private static final long serialVersionUID = 1;

    private final int slice;
    private final List<WorkerRound> rounds;
    private final NetworkState average;

    private Part(int slice, List<WorkerRound> rounds, NetworkState average) {
      this.slice = slice;
      this.rounds = rounds;
      this.average = average;
    }
  }

  private final List<WorkerRound> rounds;
  private final NetworkState state;

  private RoundAverage(List<WorkerRound> rounds, NetworkState state) {
    this.rounds = rounds;
    this.state = state;
  }

  /**
   * In one process: the driver averages what it finds with the workers.
   *
   * @param rounds which the workers of the run keep: their numbers alone are collected
   */
  static RoundAverage here(JavaRDD<WorkerRound> rounds, String run) {
    List<WorkerRound> all = new ArrayList<>();
    for (int worker : rounds.map(WorkerRound::worker).collect()) {
      all.add(ExecutorWorkers.lastRound(run, worker));
    }
    return new RoundAverage(all, average(all));
  }

  /** In one stage: the driver averages. */
  static RoundAverage collected(JavaRDD<WorkerRound> rounds) {
    List<WorkerRound> all = rounds.collect();
    return new RoundAverage(all, average(all));
  }

  /** In two stages: the executors average, each some slices. */
  static RoundAverage sliced(JavaRDD<WorkerRound> rounds, int slices) {
    List<Part> parts =
        new ArrayList<>(
            rounds
                .flatMapToPair(round -> cut(round, slices).iterator())
                .groupByKey(new HashPartitioner(slices + 1))
                .map(group -> part(group._1(), group._2(), slices))
                .collect());
    parts.sort(Comparator.comparingInt(part -> part.slice));
    Part last = parts.remove(slices);
    return new RoundAverage(last.rounds, join(parts));
  }

  /** The rounds in the order of the workers. */
  List<WorkerRound> rounds() {
    return rounds;
  }

  /** The average. */
  NetworkState state() {
    return state;
  }

  private static List<Tuple2<Integer, WorkerRound>> cut(WorkerRound round, int slices) {
    List<Tuple2<Integer, WorkerRound>> parts = new ArrayList<>();
    for (int slice = 0; slice < slices; slice++) {
      parts.add(new Tuple2<>(slice, round.slice(slice, slices)));
    }
    parts.add(new Tuple2<>(slices, round.withoutState()));
    return parts;
  }

  private static Part part(int slice, Iterable<WorkerRound> group, int slices) {
    List<WorkerRound> rounds = new ArrayList<>();
    group.forEach(rounds::add);
    rounds.sort(Comparator.comparingInt(WorkerRound::worker));
    return slice == slices ? new Part(slice, rounds, null) : new Part(slice, null, average(rounds));
  }

  /** Workers whose pictures have come to their end before the others' have nothing to say. */
  private static NetworkState average(List<WorkerRound> rounds) {
    List<NetworkState> states = new ArrayList<>();
    List<Long> weights = new ArrayList<>();
    int iteration = 0;
    for (WorkerRound round : rounds) {
      if (round.examples() == 0) continue;
      states.add(round.state());
      weights.add(round.examples());
      iteration = Math.max(iteration, round.state().iteration());
    }
    return ParameterAverage.of(
        states, weights.stream().mapToLong(weight -> weight).toArray(), iteration);
  }

  private static NetworkState join(List<Part> parts) {
    int parameters = 0;
    int updater = 0;
    for (Part part : parts) {
      parameters += part.average.parameters().length;
      updater += part.average.updater().length;
    }
    float[] allParameters = new float[parameters];
    float[] allUpdater = new float[updater];
    int parametersAt = 0;
    int updaterAt = 0;
    for (Part part : parts) {
      float[] own = part.average.parameters();
      System.arraycopy(own, 0, allParameters, parametersAt, own.length);
      parametersAt += own.length;
      float[] states = part.average.updater();
      System.arraycopy(states, 0, allUpdater, updaterAt, states.length);
      updaterAt += states.length;
    }
    NetworkState first = parts.get(0).average;
    return new NetworkState(allParameters, allUpdater, first.iteration(), first.epoch());
  }
}
