package org.sparkdl4j.training;

import java.util.function.Consumer;
import org.sparkdl4j.spec.Options;

/** When a run writes checkpoints, and who writes them. */
public final class Checkpoints {
  /** A run without any. */
  public static final Checkpoints NONE = new Checkpoints("", 0, checkpoint -> {});

  private final String unit;
  private final long every;
  private final Consumer<Checkpoint> writer;

  /** Units that have passed since the last checkpoint. */
  private long passed;

  /**
   * Checkpoints.
   *
   * @param options of the group "checkpoint"
   * @param writer is called on the training's thread, between two rounds, while the run's network
   *     has the checkpoint's state
   */
  public Checkpoints(Options options, Consumer<Checkpoint> writer) {
    this(options.string("unit"), options.integer("every"), writer);
  }

  private Checkpoints(String unit, long every, Consumer<Checkpoint> writer) {
    this.unit = unit;
    this.every = every;
    this.writer = writer;
  }

  void passedRound(int steps) {
    if (unit.equals("round")) passed++;
    if (unit.equals("step")) passed += steps;
  }

  void passedEpoch() {
    if (unit.equals("epoch")) passed++;
  }

  boolean areDue() {
    return every > 0 && passed >= every;
  }

  void write(Checkpoint checkpoint) {
    writer.accept(checkpoint);
    passed = 0;
  }
}
