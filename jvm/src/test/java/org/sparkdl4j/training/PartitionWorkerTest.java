package org.sparkdl4j.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.sparkdl4j.dataset.LabeledImages;
import org.sparkdl4j.dataset.ScalerKind;
import org.sparkdl4j.dataset.StandardScaler;
import org.sparkdl4j.dl4j.NetworkState;
import org.sparkdl4j.loss.MinibatchResult;
import org.sparkdl4j.plan.NetworkCore;

/** A worker that goes on from anywhere. */
class PartitionWorkerTest {
  private static final String NETWORK = "{'updater':'adam','learning_rate':0.01}";
  private static final TrainingOptions OPTIONS =
      Blobs.options("{'epochs':3,'batch_size':10,'seed':4}");

  @Test
  void aWorkerWithAllPicturesIsTheTrainingOfOneMachine() {
    NetworkState expected;
    try (NetworkCore core = Blobs.core(NETWORK);
        LabeledImages pictures = Blobs.images(37, 1);
        StandardScaler scaler = StandardScaler.fit(ScalerKind.CHANNEL, pictures)) {
      TrainingRun run = new TrainingRun(core, () -> null, scaler, pictures, null, OPTIONS);
      run.start();
      while (!String.valueOf(run.poll(1000)).contains("\"end\"")) {
        // The last event tells that it has ended.
      }
      expected = core.snapshot();
    }
    try (PartitionWorker worker = worker(4)) {
      NetworkState state = start();
      for (int epoch = 1; epoch <= 3; epoch++) {
        PartitionWorker.Result result = worker.train(state, epoch, 0, 100, 1);
        assertEquals(4, result.minibatches().length);
        assertEquals(
            37, Arrays.stream(result.minibatches()).mapToInt(MinibatchResult::examples).sum());
        state = copy(result.state(), epoch);
      }
      assertSame(expected, state);
    }
  }

  @Test
  void theResultDoesNotDependOnWhatCameBefore() {
    NetworkState start = start();
    NetworkState expected;
    try (PartitionWorker worker = worker(7)) {
      worker.train(start, 1, 0, 2, 1);
      worker.train(start, 1, 2, 2, 1);
      expected = copy(worker.train(start, 2, 0, 2, 1).state(), 0);
      // Once more from the same state, as after a lost result.
      assertSame(expected, worker.train(start, 2, 0, 2, 1).state());
      assertTrue(worker.predictsNumbers(expected));
    }
    try (PartitionWorker other = worker(7)) {
      assertSame(expected, other.train(start, 2, 0, 2, 1).state());
      // The end of an epoch cuts a stretch short.
      assertEquals(1, other.train(start, 2, 3, 5, 1).minibatches().length);
      assertEquals(0, other.train(start, 2, 4, 5, 1).minibatches().length);
    }
    try (PartitionWorker another = worker(8)) {
      NetworkState state = another.train(start, 2, 0, 2, 1).state();
      assertFalse(Arrays.equals(expected.parameters(), state.parameters()));
    }
  }

  @Test
  void noPicturesMakeNoMinibatches() {
    LabeledImages some = Blobs.images(4, 1);
    StandardScaler scaler = StandardScaler.fit(ScalerKind.CHANNEL, some);
    try (PartitionWorker worker =
        new PartitionWorker(Blobs.core(NETWORK), scaler, some.subset(new int[0]), OPTIONS, 1)) {
      NetworkState start = start();
      PartitionWorker.Result result = worker.train(start, 1, 0, 5, 1);
      assertEquals(0, result.minibatches().length);
      assertSame(start, result.state());
      assertTrue(worker.predictsNumbers(start));
    }
  }

  private static PartitionWorker worker(long seed) {
    LabeledImages pictures = Blobs.images(37, 1);
    StandardScaler scaler = StandardScaler.fit(ScalerKind.CHANNEL, pictures);
    return new PartitionWorker(Blobs.core(NETWORK), scaler, pictures, OPTIONS, seed);
  }

  private static NetworkState start() {
    try (NetworkCore core = Blobs.core(NETWORK)) {
      return core.snapshot();
    }
  }

  private static NetworkState copy(NetworkState state, int epoch) {
    return new NetworkState(
        state.parameters().clone(), state.updater().clone(), state.iteration(), epoch);
  }

  private static void assertSame(NetworkState expected, NetworkState found) {
    assertArrayEquals(expected.parameters(), found.parameters());
    assertArrayEquals(expected.updater(), found.updater());
    assertEquals(expected.iteration(), found.iteration());
  }
}
