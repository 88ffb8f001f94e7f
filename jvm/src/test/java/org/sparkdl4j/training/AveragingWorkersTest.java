package org.sparkdl4j.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.bytedeco.javacpp.FloatPointer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sparkdl4j.dataset.LabeledImages;
import org.sparkdl4j.dataset.ScalerKind;
import org.sparkdl4j.dataset.SeededOrder;
import org.sparkdl4j.dataset.StandardScaler;
import org.sparkdl4j.dl4j.NetworkState;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.loss.MinibatchResult;
import org.sparkdl4j.minibatch.Minibatch;
import org.sparkdl4j.minibatch.Selection;
import org.sparkdl4j.minibatch.Targets;
import org.sparkdl4j.plan.Dl4jCore;
import org.sparkdl4j.plan.ForwardPass;
import org.sparkdl4j.plan.NetworkCore;
import org.sparkdl4j.spec.Json;
import org.sparkdl4j.spec.Options;
import org.sparkdl4j.training.TrainingResult.Reason;

@Timeout(120)
class AveragingWorkersTest {
  private static final String NETWORK = "{'learning_rate':0.01}";

  private final LabeledImages training = Blobs.images(103, 1);
  private final LabeledImages validation = Blobs.images(40, 2);
  private final StandardScaler scaler = StandardScaler.fit(ScalerKind.CHANNEL, training);
  private final List<Closing> further = Collections.synchronizedList(new ArrayList<>());

  @AfterEach
  void close() {
    training.close();
    validation.close();
  }

  @Test
  void oneWorkerIsTheLoopOverMinibatches() {
    NetworkState expected;
    double lastLoss = 0;
    try (NetworkCore core = Blobs.core(NETWORK);
        Minibatch minibatch = new Minibatch(training, scaler, Blobs.SHAPE, core.readShape(), 16)) {
      for (int epoch = 1; epoch <= 2; epoch++) {
        lastLoss = 0;
        for (int step = 0; step < 7; step++) {
          lastLoss += train(core, minibatch, epoch, step, 9).lossSum();
        }
        core.finishEpoch();
      }
      expected = core.snapshot();
    }
    try (NetworkCore core = Blobs.core(NETWORK)) {
      TrainingResult result = run(core, "{'epochs':2,'batch_size':16,'seed':9,'keep':'last'}");
      assertState(expected, core.snapshot());
      assertEquals(lastLoss / 103, result.epochs().get(1).loss());
      assertTrue(further.isEmpty());
    }
  }

  @Test
  void roundsAreAveragedByTheNumberOfPictures() {
    // 7 minibatches of 16 pictures, the last one of 7. Rounds of two workers with two each: in the
    // first both train 32 pictures; in the second one trains 16 + 7 and the other 16.
    NetworkState expected;
    try (NetworkCore first = Blobs.core(NETWORK);
        NetworkCore second = Blobs.core(NETWORK);
        Minibatch minibatch = new Minibatch(training, scaler, Blobs.SHAPE, first.readShape(), 16)) {
      List<NetworkCore> cores = List.of(first, second);
      for (int epoch = 1; epoch <= 2; epoch++) {
        for (int step = 0; step < 4; step++) train(cores.get(step % 2), minibatch, epoch, step, 9);
        average(first, 32, second, 32);
        for (int step = 4; step < 7; step++) train(cores.get(step % 2), minibatch, epoch, step, 9);
        average(first, 23, second, 16);
        for (NetworkCore core : cores) core.finishEpoch();
      }
      expected = first.snapshot();
    }
    try (NetworkCore core = Blobs.core(NETWORK)) {
      TrainingResult result =
          run(
              core,
              "{'epochs':2,'batch_size':16,'seed':9,'keep':'last','num_workers':2,"
                  + "'averaging_frequency':2}");
      assertState(expected, core.snapshot());
      // Two minibatches a round, two rounds an epoch.
      assertEquals(8, core.snapshot().iteration());
      assertEquals(2, core.snapshot().epoch());
      assertEquals(7, result.step());
      assertEquals(14, result.waits().steps());
      assertEquals(1, further.size());
      assertTrue(further.get(0).closed);
      float[] probabilities = ForwardPass.run(core, scaler, validation, 16);
      int hits = 0;
      for (int i = 0; i < 40; i++) {
        boolean right = probabilities[2 * i + 1] > probabilities[2 * i];
        if (right == (validation.label(i) == 1)) hits++;
      }
      assertEquals(hits / 40.0, result.epochs().get(1).validationAccuracy());
    }
  }

  @Test
  void timeOfThreadsChangesNothing() {
    String options = "{'epochs':3,'batch_size':8,'seed':4,'num_workers':4,'averaging_frequency':2}";
    List<NetworkState> states = new ArrayList<>();
    List<TrainingResult> results = new ArrayList<>();
    for (int repetition = 0; repetition < 3; repetition++) {
      Random random = new Random(repetition);
      try (NetworkCore core = Blobs.core(NETWORK)) {
        results.add(
            run(
                repetition == 0 ? core : new Slow(core, random),
                options,
                () -> new Slow(Blobs.core(NETWORK), random)));
        states.add(core.snapshot());
      }
    }
    for (int i = 1; i < 3; i++) {
      assertState(states.get(0), states.get(i));
      for (int e = 0; e < 3; e++) {
        EpochResult expected = results.get(0).epochs().get(e);
        assertEquals(expected.loss(), results.get(i).epochs().get(e).loss());
        assertEquals(expected.validationLoss(), results.get(i).epochs().get(e).validationLoss());
      }
    }
  }

  @Test
  void networksOnDl4jItselfRepeatThemselvesToo() {
    List<NetworkState> states = new ArrayList<>();
    for (int repetition = 0; repetition < 2; repetition++) {
      Random random = new Random(repetition);
      try (NetworkCore core = new Slow(dl4jCore(), random)) {
        run(
            core,
            "{'epochs':2,'batch_size':8,'num_workers':3,'averaging_frequency':2}",
            () -> new Slow(dl4jCore(), random));
        states.add(core.snapshot());
      }
    }
    assertState(states.get(0), states.get(1));
  }

  @Test
  void itLearns() {
    try (NetworkCore core = Blobs.core(NETWORK)) {
      TrainingResult result =
          run(core, "{'epochs':10,'batch_size':10,'num_workers':2,'averaging_frequency':1}");
      assertTrue(result.epochs().get(9).validationAccuracy() >= 0.9);
    }
  }

  @Test
  void moreWorkersThanMinibatchesAreIdle() {
    try (NetworkCore alone = Blobs.core(NETWORK);
        NetworkCore together = Blobs.core(NETWORK)) {
      run(alone, "{'epochs':2,'batch_size':103,'keep':'last'}");
      run(together, "{'epochs':2,'batch_size':103,'keep':'last','num_workers':3}");
      assertState(alone.snapshot(), together.snapshot());
    }
  }

  @Test
  void aFailureOfOneWorkerIsThatOfTheRun() {
    SparkDl4jException thrown = new SparkDl4jException(ErrorCode.DATA_LABELS, "x");
    try (NetworkCore core = Blobs.core(NETWORK)) {
      float[] first = core.snapshot().parameters();
      TrainingRun run =
          new TrainingRun(
              core,
              () ->
                  new DelegatingCore(Blobs.core(NETWORK)) {
                    @Override
                    public MinibatchResult train(
                        FloatPointer features, Targets targets, long seed) {
                      throw thrown;
                    }
                  },
              scaler,
              training,
              null,
              Blobs.options("{'batch_size':8,'num_workers':2}"));
      run.start();
      TrainingRunTest.drain(run, event -> {});
      assertSame(thrown, assertThrows(SparkDl4jException.class, run::result));
      assertArrayEquals(first, core.snapshot().parameters());
      assertNoThreads();
    }
  }

  @Test
  void aCoreThatCannotBeMadeEndsTheRun() {
    try (NetworkCore core = Blobs.core(NETWORK)) {
      TrainingRun run =
          new TrainingRun(
              core,
              () -> {
                if (further.size() == 1) throw new OutOfMemoryError("no");
                further.add(new Closing(Blobs.core(NETWORK)));
                return further.get(0);
              },
              scaler,
              training,
              null,
              Blobs.options("{'num_workers':3}"));
      run.start();
      TrainingRunTest.drain(run, event -> {});
      assertEquals(
          ErrorCode.OUT_OF_MEMORY, assertThrows(SparkDl4jException.class, run::result).code());
      assertTrue(further.get(0).closed);
      assertNoThreads();
    }
  }

  @Test
  void divergenceIsThatOfTheEarliestMinibatch() {
    for (int repetition = 0; repetition < 3; repetition++) {
      Random random = new Random(repetition);
      try (NetworkCore core = Blobs.core(NETWORK)) {
        float[] first = core.snapshot().parameters();
        // Both workers diverge in their second minibatch: the third and the fourth of the epoch.
        TrainingResult result =
            run(
                new NanInSecond(core, random),
                "{'batch_size':8,'num_workers':2}",
                () -> new NanInSecond(Blobs.core(NETWORK), random));
        assertEquals(Reason.DIVERGED, result.reason());
        assertEquals(3, result.step());
        assertEquals(0, result.worker());
        assertEquals(0, result.keptEpoch());
        assertArrayEquals(first, core.snapshot().parameters());
      }
    }
  }

  @Test
  void cancellingInTheFirstRoundKeepsWhatWasLearned() {
    try (NetworkCore core = Blobs.core(NETWORK)) {
      float[] first = core.snapshot().parameters();
      TrainingRun[] run = new TrainingRun[1];
      DelegatingCore cancelling =
          new DelegatingCore(core) {
            @Override
            public MinibatchResult train(FloatPointer features, Targets targets, long seed) {
              run[0].cancel();
              return super.train(features, targets, seed);
            }
          };
      run[0] =
          new TrainingRun(
              cancelling,
              () -> Blobs.core(NETWORK),
              scaler,
              training,
              null,
              Blobs.options("{'batch_size':4,'num_workers':2,'averaging_frequency':10}"));
      run[0].start();
      TrainingRunTest.drain(run[0], event -> {});
      assertEquals(Reason.CANCELLED, run[0].result().reason());
      assertEquals(0, run[0].result().keptEpoch());
      assertFalse(Arrays.equals(first, core.snapshot().parameters()));
      assertNoThreads();
    }
  }

  @Test
  void threadsAreDividedAmongWorkers() {
    int all = Blobs.options("{}").threads();
    assertTrue(all >= 1 && all <= Runtime.getRuntime().availableProcessors());
    assertEquals(Math.max(1, all / 2), Blobs.options("{'num_workers':2}").threads());
    assertEquals(1, Blobs.options("{'num_workers':1000}").threads());
    assertEquals(7, Blobs.options("{'num_workers':2,'threads':7}").threads());
  }

  /** One minibatch as the loop trains it, whoever asks for it. */
  private MinibatchResult train(
      NetworkCore core, Minibatch minibatch, int epoch, int step, long seed) {
    int[] shuffled = SeededOrder.permutation(103, seed, epoch);
    int from = 16 * step;
    minibatch.load(new Selection(0, Arrays.copyOfRange(shuffled, from, Math.min(from + 16, 103))));
    long number = (epoch - 1) * 7L + step + 1;
    long minibatchSeed = new Random(seed * 1_000_000_007L + number).nextLong();
    return core.train(minibatch.features(), Targets.of(minibatch.labels(), null), minibatchSeed);
  }

  private static void average(NetworkCore first, int a, NetworkCore second, int b) {
    NetworkState one = first.snapshot();
    NetworkState two = second.snapshot();
    float[] parameters = average(one.parameters(), a, two.parameters(), b);
    float[] updater = average(one.updater(), a, two.updater(), b);
    int iteration = Math.max(one.iteration(), two.iteration());
    NetworkState average = new NetworkState(parameters, updater, iteration, one.epoch());
    first.restore(average);
    second.restore(average);
  }

  private static float[] average(float[] one, int a, float[] two, int b) {
    float[] average = new float[one.length];
    for (int i = 0; i < average.length; i++) {
      average[i] = (float) (((double) a * one[i] + (double) b * two[i]) / (a + b));
    }
    return average;
  }

  private static NetworkCore dl4jCore() {
    Options options = new Options("network", Json.object());
    return new Dl4jCore(Blobs.network().toConfiguration(Blobs.SHAPE, 2, options, 3), Blobs.SHAPE);
  }

  private TrainingResult run(NetworkCore core, String options) {
    return run(
        core,
        options,
        () -> {
          further.add(new Closing(Blobs.core(NETWORK)));
          return further.get(further.size() - 1);
        });
  }

  private TrainingResult run(NetworkCore core, String options, Supplier<NetworkCore> cores) {
    TrainingRun run =
        new TrainingRun(core, cores, scaler, training, validation, Blobs.options(options));
    run.start();
    TrainingRunTest.drain(run, event -> {});
    return run.result();
  }

  private static void assertState(NetworkState expected, NetworkState actual) {
    assertArrayEquals(expected.parameters(), actual.parameters());
    assertArrayEquals(expected.updater(), actual.updater());
    assertEquals(expected.iteration(), actual.iteration());
    assertEquals(expected.epoch(), actual.epoch());
  }

  private static void assertNoThreads() {
    long deadline = System.nanoTime() + 10_000_000_000L;
    while (Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .anyMatch(name -> name.equals("sparkdl4j-worker") || name.equals("sparkdl4j-input"))) {
      assertTrue(System.nanoTime() < deadline, "threads are left");
    }
  }

  private static final class Closing extends DelegatingCore {
    private volatile boolean closed;

    Closing(NetworkCore core) {
      super(core);
    }

    @Override
    public void close() {
      closed = true;
      super.close();
    }
  }

  private static class Slow extends DelegatingCore {
    private final Random random;

    Slow(NetworkCore core, Random random) {
      super(core);
      this.random = random;
    }

    @Override
    public MinibatchResult train(FloatPointer features, Targets targets, long seed) {
      try {
        Thread.sleep(random.nextInt(8));
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      return super.train(features, targets, seed);
    }
  }

  private static final class NanInSecond extends Slow {
    private int steps;

    NanInSecond(NetworkCore core, Random random) {
      super(core, random);
    }

    @Override
    public MinibatchResult train(FloatPointer features, Targets targets, long seed) {
      MinibatchResult result = super.train(features, targets, seed);
      return ++steps == 2 ? new MinibatchResult(Double.NaN, 0, targets.size()) : result;
    }
  }
}
