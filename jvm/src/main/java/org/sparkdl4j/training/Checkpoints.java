package org.sparkdl4j.training;

import java.util.List;
import java.util.function.Supplier;

/** All checkpoints that a run writes. */
final class Checkpoints {
  private final List<CheckpointSchedule> schedules;

  Checkpoints(List<CheckpointSchedule> schedules) {
    this.schedules = schedules;
  }

  void passedRound(int steps) {
    for (CheckpointSchedule schedule : schedules) schedule.passedRound(steps);
  }

  void passedEpoch(EpochResult epoch) {
    for (CheckpointSchedule schedule : schedules) schedule.passedEpoch(epoch);
  }

  /**
   * Writes those that are due.
   *
   * @param present gives the run as it stands; asked once, and only where one is due
   */
  void write(Supplier<Checkpoint> present) {
    Checkpoint checkpoint = null;
    for (CheckpointSchedule schedule : schedules) {
      if (!schedule.isDue()) continue;
      if (checkpoint == null) checkpoint = present.get();
      schedule.write(checkpoint);
    }
  }
}
