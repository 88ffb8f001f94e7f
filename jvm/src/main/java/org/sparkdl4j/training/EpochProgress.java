package org.sparkdl4j.training;

import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.loss.MinibatchResult;
import org.sparkdl4j.spec.Json;

/** What the minibatches of an epoch that were trained so far add up to. */
final class EpochProgress {
  private int rounds;
  private int steps;
  private double lossSum;
  private long hits;
  private long examples;

  /** Adds a minibatch; one after the other, as they are numbered: another order rounds else. */
  void add(MinibatchResult minibatch) {
    steps++;
    lossSum += minibatch.lossSum();
    hits += minibatch.hits();
    examples += minibatch.examples();
  }

  /** Counts a round whose minibatches were added. */
  void finishRound() {
    rounds++;
  }

  int rounds() {
    return rounds;
  }

  /** Minibatches. */
  int steps() {
    return steps;
  }

  /** Pictures. */
  long examples() {
    return examples;
  }

  /** The mean loss of the pictures. */
  double loss() {
    return lossSum / examples;
  }

  /** The share of the pictures that was predicted right. */
  double accuracy() {
    return (double) hits / examples;
  }

  ObjectNode toJson() {
    return Json.object()
        .put("rounds", rounds)
        .put("steps", steps)
        .put("loss_sum", lossSum)
        .put("hits", hits)
        .put("examples", examples);
  }

  static EpochProgress fromJson(ObjectNode json) {
    EpochProgress progress = new EpochProgress();
    progress.rounds = json.get("rounds").intValue();
    progress.steps = json.get("steps").intValue();
    progress.lossSum = json.get("loss_sum").doubleValue();
    progress.hits = json.get("hits").longValue();
    progress.examples = json.get("examples").longValue();
    return progress;
  }
}
