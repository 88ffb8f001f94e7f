package org.sparkdl4j.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.sparkdl4j.minibatch.InputWaits;

class EventQueueTest {
  @Test
  void minibatchesGiveWayToTheNextButNotTheFirstNorAnythingElse() throws InterruptedException {
    EventQueue queue = new EventQueue();
    queue.offer(TrainingEvent.start(2, 3, 4, List.of()));
    for (int step = 1; step <= 1000; step++) queue.offer(minibatch(1, step));
    queue.offer(
        TrainingEvent.epoch(new EpochResult(1, 0, 0, null, null, 1, 1, 1, InputWaits.NONE)));
    for (int step = 1; step <= 1000; step++) queue.offer(minibatch(2, step));
    queue.offer(
        TrainingEvent.epoch(new EpochResult(2, 0, 0, null, null, 1, 1, 1, InputWaits.NONE)));

    assertEquals("start", queue.poll(0).type());
    assertEquals(1, queue.poll(0).toJson().get("step").asInt());
    assertEquals(1000, queue.poll(0).toJson().get("step").asInt());
    assertEquals("epoch", queue.poll(0).type());
    assertEquals(2, queue.poll(0).toJson().get("epoch").asInt());
    assertEquals("epoch", queue.poll(0).type());
    assertNull(queue.poll(0));
  }

  private static TrainingEvent minibatch(int epoch, int step) {
    return TrainingEvent.minibatch(epoch, step, 1000, step, step, 0.5, 0.5, 1, 1);
  }
}
