package org.sparkdl4j.plan;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.sparkdl4j.minibatch.Targets;

/**
 * Finds the fastest formats by trying: layer after layer, each of its formats in the whole network,
 * whose conversions between layers count too. Layers of the same geometry share a choice.
 */
final class FormatTrials {
  /** How a network is compiled. */
  interface Compiler {
    CompiledPlan compile(PlanGraph graph, int count, boolean training, Tuning preferred);
  }

  private static final int REPETITIONS = 5;

  /** What another format must save at least: less is the clock's noise. */
  private static final double WORTHWHILE = 0.98;

  private final Function<Boolean, PlanGraph> graphs;
  private final Compiler compiler;
  private final long pictureSize;
  private final int classes;
  private final int count;

  /** Trials with minibatches of {@code count} pictures. */
  FormatTrials(
      Function<Boolean, PlanGraph> graphs,
      Compiler compiler,
      long pictureSize,
      int classes,
      int count) {
    this.graphs = graphs;
    this.compiler = compiler;
    this.pictureSize = pictureSize;
    this.classes = classes;
    this.count = count;
  }

  /** The best choice found, from a first one on; it computes gradients and updates nothing. */
  Tuning run(Tuning first) {
    try (NoiseMinibatch noise = new NoiseMinibatch(count, pictureSize, classes)) {
      return run(first, noise.pictures().address(), noise.labels());
    }
  }

  private Tuning run(Tuning first, long pictures, int[] labels) {
    PlanGraph graph = graphs.apply(true);
    Tuning best = first;
    double fastest = seconds(graph, best, pictures, labels);
    Map<String, String> ofGeometry = new LinkedHashMap<>();
    for (PlanLayer layer : graph.layers()) {
      if (!(layer instanceof WeightedPlan)) continue;
      WeightedPlan weighted = (WeightedPlan) layer;
      String known = ofGeometry.get(weighted.geometry());
      if (known != null) {
        if (!known.isEmpty()) best = best.with(layer.name, known);
        continue;
      }
      String chosen = "";
      for (String format : weighted.formatNames()) {
        Tuning candidate = best.with(layer.name, format);
        double time = seconds(graphs.apply(true), candidate, pictures, labels);
        if (time >= fastest * WORTHWHILE) continue;
        fastest = time;
        best = candidate;
        chosen = format;
      }
      ofGeometry.put(weighted.geometry(), chosen);
    }
    return best;
  }

  private double seconds(PlanGraph graph, Tuning tuning, long pictures, int[] labels) {
    try (CompiledPlan plan = compiler.compile(graph, count, true, tuning)) {
      plan.gradients(pictures, Targets.of(labels, null), 1);
      double least = Double.POSITIVE_INFINITY;
      for (int i = 0; i < REPETITIONS; i++) {
        long start = System.nanoTime();
        plan.gradients(pictures, Targets.of(labels, null), 1);
        least = Math.min(least, (System.nanoTime() - start) / 1e9);
      }
      return least;
    }
  }
}
