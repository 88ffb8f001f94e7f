package org.sparkdl4j.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.bytedeco.javacpp.FloatPointer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.dataset.LabeledImages;
import org.sparkdl4j.dataset.PixelBlock;
import org.sparkdl4j.dataset.PixelType;
import org.sparkdl4j.dataset.ScalerKind;
import org.sparkdl4j.dataset.StandardScaler;
import org.sparkdl4j.dl4j.NetworkState;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.evaluation.Evaluation;
import org.sparkdl4j.loss.MinibatchResult;
import org.sparkdl4j.minibatch.InputWaits;
import org.sparkdl4j.minibatch.Targets;
import org.sparkdl4j.plan.ForwardPass;
import org.sparkdl4j.plan.NetworkCore;
import org.sparkdl4j.spec.Json;
import org.sparkdl4j.training.TrainingResult.Reason;

class TrainingRunTest {
  private static final Consumer<ObjectNode> IGNORE = event -> {};

  private final LabeledImages training = Blobs.images(103, 1);
  private final LabeledImages validation = Blobs.images(40, 2);
  private final StandardScaler scaler = StandardScaler.fit(ScalerKind.CHANNEL, training);
  private final NetworkCore core = Blobs.core("{'learning_rate':0.01}");

  @AfterEach
  void close() {
    core.close();
    training.close();
    validation.close();
  }

  @Test
  void learnsAndTellsOfIt() {
    TrainingRun run = run(core, "{'epochs':8,'batch_size':20}");
    List<ObjectNode> events = drain(run, IGNORE);

    ObjectNode start = events.get(0);
    assertEquals(
        "{\"type\":\"start\",\"epochs\":8,\"steps_per_epoch\":6,\"examples\":103,\"finished\":[]}",
        start.toString());
    ObjectNode minibatch = events.get(1);
    assertEquals("minibatch", minibatch.get("type").asText());
    assertEquals(1, minibatch.get("step").asInt());
    assertEquals(20, minibatch.get("examples").asInt());
    assertTrue(minibatch.get("images_per_second").asDouble() > 0);
    List<ObjectNode> epochs = ofType(events, "epoch");
    assertEquals(8, epochs.size());
    for (int i = 0; i < 8; i++) assertEquals(i + 1, epochs.get(i).get("epoch").asInt());
    assertTrue(epochs.get(7).get("loss").asDouble() < epochs.get(0).get("loss").asDouble());
    assertTrue(epochs.get(7).get("validation_accuracy").asDouble() >= 0.95);
    ObjectNode end = events.get(events.size() - 1);
    assertEquals("end", end.get("type").asText());
    assertEquals("completed", end.get("reason").asText());
    assertEquals(8, end.get("epoch").asInt());
    assertEquals(6, end.get("step").asInt());

    TrainingResult result = run.result();
    assertEquals(8, result.epochs().size());
    EpochResult best = result.epochs().get(result.keptEpoch() - 1);
    float[] probabilities = ForwardPass.run(core, scaler, validation, 7);
    Evaluation evaluation = Evaluation.of(validation.labels(), probabilities, 2);
    assertEquals(best.validationAccuracy(), evaluation.accuracy());
    assertEquals(best.validationLoss(), evaluation.logLoss(), 1e-6);
    assertEquals(result.keptEpoch(), core.snapshot().epoch());
    assertEquals(6 * result.keptEpoch(), core.snapshot().iteration());
  }

  @Test
  void sameSeedGivesTheSameBitsHoweverItIsPolled() throws InterruptedException {
    float[] polled = parametersAfter(run(core, "{'epochs':3,'batch_size':16,'seed':9}"), core);
    try (NetworkCore other = Blobs.core("{'learning_rate':0.01}")) {
      TrainingRun unpolled = run(other, "{'epochs':3,'batch_size':16,'seed':9}");
      while (true) {
        try {
          unpolled.result();
          break;
        } catch (SparkDl4jException e) {
          assertEquals(ErrorCode.TRAINING_STATE, e.code());
          Thread.sleep(5);
        }
      }
      assertArrayEquals(polled, other.snapshot().parameters());
      List<ObjectNode> events = drain(unpolled, IGNORE);
      assertEquals(3, ofType(events, "epoch").size());
      assertEquals(1, ofType(events, "minibatch").get(0).get("step").asInt());
    }
    try (NetworkCore other = Blobs.core("{'learning_rate':0.01}")) {
      float[] otherSeed =
          parametersAfter(run(other, "{'epochs':3,'batch_size':16,'seed':10}"), other);
      assertFalse(Arrays.equals(polled, otherSeed));
    }
  }

  @Test
  void tellsTheLearningRateOfEveryMinibatch() {
    List<Double> rates = new ArrayList<>();
    NetworkCore noting =
        new DelegatingCore(core) {
          @Override
          public void scaleLearningRate(double share) {
            super.scaleLearningRate(share);
            rates.add(0.01 * share);
          }
        };
    TrainingRun run = run(noting, "{'epochs':2,'batch_size':20,'learning_rate_schedule':'cosine'}");
    List<ObjectNode> events = drain(run, IGNORE);
    for (int i = 0; i < 12; i++) {
      assertEquals(0.005 * (1 + Math.cos(Math.PI * i / 12)), rates.get(i), 1e-12);
    }
    assertEquals(rates.get(0), events.get(1).get("learning_rate").asDouble(), 1e-12);
    List<EpochResult> epochs = run.result().epochs();
    assertEquals(rates.get(5), epochs.get(0).learningRate(), 1e-12);
    assertEquals(rates.get(11), epochs.get(1).learningRate(), 1e-12);
    assertEquals(0.01, core.learningRate(), "the configuration must stay as it was");
  }

  @Test
  void waitsForAnswersAndEndsWhenTheySaySo() throws InterruptedException {
    TrainingRun run = awaiting("{'epochs':50,'keep':'last'}");
    run.start();
    List<ObjectNode> events = new ArrayList<>();
    while (events.isEmpty() || !events.get(events.size() - 1).get("type").asText().equals("end")) {
      ObjectNode event = Json.readObject(run.poll(5000), "an event");
      events.add(event);
      if (!event.get("type").asText().equals("epoch")) continue;
      Thread.sleep(100);
      assertNull(run.poll(0), "nothing may happen before the answer");
      run.answer(event.get("epoch").asInt() < 3);
    }
    assertEquals(Reason.STOPPED, run.result().reason());
    assertEquals(3, run.result().keptEpoch());
    assertEquals(3, core.snapshot().epoch());
  }

  @Test
  void canBeCancelledWhileItWaits() {
    TrainingRun run = awaiting("{'epochs':50}");
    run.start();
    drain(
        run,
        event -> {
          if (event.get("type").asText().equals("epoch")) run.cancel();
        });
    assertEquals(Reason.CANCELLED, run.result().reason());
    assertEquals(1, run.result().epochs().size());
  }

  private TrainingRun awaiting(String options) {
    RunDecisions decisions = new RunDecisions();
    decisions.awaitAnswers();
    return new TrainingRun(
        core,
        null,
        LocalTraining.of(scaler, training, validation),
        Blobs.options(options),
        decisions,
        null,
        Observations.NONE);
  }

  @Test
  void keepsTheBestEpochOrTheLast() {
    List<float[]> parameters = new ArrayList<>();
    class WorseAfterTwo extends DelegatingCore {
      private int finished;

      WorseAfterTwo(NetworkCore core) {
        super(core);
      }

      @Override
      public void finishEpoch() {
        super.finishEpoch();
        finished++;
        parameters.add(super.snapshot().parameters());
      }

      @Override
      public void predict(FloatPointer features, int count, FloatPointer probabilities) {
        for (long i = 0; i < count * 2L; i++)
          probabilities.put(i, finished == 2 ? 0.5f : (i % 2) * 0.8f + 0.1f);
      }
    }
    // Class 1 is always likelier: half right, as with a tie, but at a higher loss.
    TrainingRun run = run(new WorseAfterTwo(core), "{'epochs':4}");
    drain(run, IGNORE);
    assertEquals(2, run.result().keptEpoch());
    assertArrayEquals(parameters.get(1), core.snapshot().parameters());

    parameters.clear();
    run = run(new WorseAfterTwo(core), "{'epochs':4,'keep':'last'}");
    drain(run, IGNORE);
    assertEquals(4, run.result().keptEpoch());
    assertArrayEquals(parameters.get(3), core.snapshot().parameters());
  }

  @Test
  void aWeightOfTwoIsThePictureTwice() {
    int[] once = {0, 1, 2, 3, 4, 5, 6, 7};
    int[] twice = {0, 1, 2, 3, 4, 5, 6, 7, 2, 5, 5};
    float[] weights = {1, 1, 2, 1, 1, 3, 1, 1};
    // The update divides by the number of pictures, 8 or 11, so the learning rates make up for it.
    try (NetworkCore weighted = withoutDropout("{'updater':'sgd','learning_rate':0.08}");
        NetworkCore repeated = withoutDropout("{'updater':'sgd','learning_rate':0.11}")) {
      float[] first = weighted.snapshot().parameters();
      EpochResult ofWeighted =
          fullBatches(weighted, training.subset(once).withWeights(weights)).epochs().get(0);
      EpochResult ofRepeated = fullBatches(repeated, training.subset(twice)).epochs().get(0);
      assertFalse(Arrays.equals(first, weighted.snapshot().parameters()));
      assertArrayEquals(repeated.snapshot().parameters(), weighted.snapshot().parameters(), 1e-5f);
      // As Keras has it: the sum of weight times loss, by the number of pictures.
      assertEquals(ofRepeated.loss() * 11 / 8, ofWeighted.loss(), 1e-6);
      assertEquals(0, ofWeighted.accuracy() * 8 % 1, 1e-12);
    }
  }

  @Test
  void aWeightOfOneChangesNothing() {
    float[] ones = new float[training.size()];
    Arrays.fill(ones, 1);
    TrainingRun plain = run(core, "{'epochs':2}");
    float[] parameters = parametersAfter(plain, core);
    try (NetworkCore other = Blobs.core("{'learning_rate':0.01}")) {
      TrainingRun weighted =
          new TrainingRun(
              other,
              null,
              scaler,
              training.withWeights(ones),
              validation,
              Blobs.options("{'epochs':2}"));
      weighted.start();
      assertArrayEquals(parameters, parametersAfter(weighted, other));
    }
  }

  @Test
  void countsWaitsForInput() {
    TrainingRun run = run(core, "{'epochs':3,'batch_size':20}");
    List<ObjectNode> events = drain(run, IGNORE);
    TrainingResult result = run.result();
    long steps = 0;
    long waits = 0;
    for (EpochResult epoch : result.epochs()) {
      assertEquals(6, epoch.waits().steps());
      assertTrue(epoch.waits().waits() <= 6);
      steps += epoch.waits().steps();
      waits += epoch.waits().waits();
    }
    assertEquals(steps, result.waits().steps());
    assertEquals(waits, result.waits().waits());
    assertEquals(waits == 0, result.waits().seconds() == 0);
    ObjectNode epoch = ofType(events, "epoch").get(2);
    assertEquals(result.epochs().get(2).waits().waits(), epoch.get("input_waits").asLong());
    assertEquals(
        result.epochs().get(2).waits().seconds(), epoch.get("input_wait_seconds").asDouble());
    assertEquals(waits, events.get(events.size() - 1).get("input_waits").asLong());
  }

  @Test
  void afterASlowStepTheNextMinibatchIsThere() {
    class Slow extends DelegatingCore {
      Slow(NetworkCore core) {
        super(core);
      }

      @Override
      public MinibatchResult train(FloatPointer features, Targets targets, long seed) {
        try {
          Thread.sleep(30);
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
        return super.train(features, targets, seed);
      }
    }
    TrainingRun run = run(new Slow(core), "{'epochs':4,'batch_size':10}");
    drain(run, IGNORE);
    InputWaits waits = run.result().waits();
    assertEquals(44, waits.steps());
    // The first of the run at most, and two for a machine that is busy with other things.
    assertTrue(waits.waits() <= 3, waits.waits() + " waits");
    assertTrue(run.result().epochs().get(3).waits().waits() <= 1);
  }

  @Test
  void withoutValidationTheLastEpochIsKept() {
    TrainingRun run =
        new TrainingRun(core, null, scaler, training, null, Blobs.options("{'epochs':2}"));
    run.start();
    List<ObjectNode> events = drain(run, IGNORE);
    assertTrue(ofType(events, "epoch").get(0).get("validation_loss").isNull());
    assertEquals(2, run.result().keptEpoch());
  }

  @Test
  void divergingByALargeLearningRateKeepsTheFirstParameters() {
    try (NetworkCore wild =
        Blobs.core("{'updater':'sgd','learning_rate':100,'activation':'identity'}")) {
      float[] first = wild.snapshot().parameters();
      StandardScaler none = StandardScaler.fit(ScalerKind.NONE, training);
      TrainingRun run =
          new TrainingRun(
              wild, null, none, training, validation, Blobs.options("{'batch_size':5}"));
      run.start();
      List<ObjectNode> events = drain(run, IGNORE);
      assertEquals("diverged", events.get(events.size() - 1).get("reason").asText());
      assertEquals(0, run.result().keptEpoch());
      assertArrayEquals(first, wild.snapshot().parameters());
    }
  }

  @Test
  void divergingByNanSaysWhereAndGoesBackToTheLastGoodEpoch() {
    class NanAtStep extends DelegatingCore {
      private int steps;

      NanAtStep(NetworkCore core) {
        super(core);
      }

      @Override
      public MinibatchResult train(FloatPointer features, Targets targets, long seed) {
        MinibatchResult result = super.train(features, targets, seed);
        return ++steps == 9 ? new MinibatchResult(Double.NaN, 0, targets.size()) : result;
      }
    }
    List<NetworkState> states = new ArrayList<>();
    NanAtStep nan =
        new NanAtStep(core) {
          @Override
          public void finishEpoch() {
            super.finishEpoch();
            states.add(core.snapshot());
          }
        };
    TrainingRun run = run(nan, "{'epochs':5,'batch_size':20,'keep':'last'}");
    drain(run, IGNORE);
    TrainingResult result = run.result();
    assertEquals(Reason.DIVERGED, result.reason());
    assertEquals(1, result.keptEpoch());
    assertEquals(2, result.epoch());
    assertEquals(3, result.step());
    assertNull(result.worker());
    assertArrayEquals(states.get(0).parameters(), core.snapshot().parameters());
    assertArrayEquals(states.get(0).updater(), core.snapshot().updater());
  }

  @Test
  void nanInThePicturesDivergesAtOnce() {
    try (PixelBlock block = PixelBlock.allocate(PixelType.FLOAT32, 4, 12, 12, 1)) {
      float[] row = new float[144];
      row[7] = Float.NaN;
      block.write(0, row);
      LabeledImages images = new LabeledImages(block, null, new int[] {0, 1, 0, 1}, Blobs.CLASSES);
      StandardScaler none = StandardScaler.fit(ScalerKind.NONE, images);
      TrainingRun run =
          new TrainingRun(core, null, none, images, null, Blobs.options("{'epochs':1}"));
      run.start();
      drain(run, IGNORE);
      assertEquals(Reason.DIVERGED, run.result().reason());
      assertEquals(1, run.result().step());
      assertTrue(core.hasFiniteParameters());
    }
  }

  @Test
  void cancellingKeepsTheLastFinishedEpoch() {
    TrainingRun run = run(core, "{'epochs':100000,'batch_size':8,'keep':'last'}");
    drain(
        run,
        event -> {
          if (event.get("type").asText().equals("epoch")) {
            run.cancel();
            run.cancel();
          }
        });
    TrainingResult result = run.result();
    assertEquals(Reason.CANCELLED, result.reason());
    assertEquals(result.epochs().size(), result.keptEpoch());
    assertTrue(result.keptEpoch() >= 1);
    assertEquals(result.keptEpoch(), core.snapshot().epoch());
  }

  @Test
  void cancellingInTheFirstEpochKeepsWhatWasLearned() {
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
            cancelling, null, scaler, training, null, Blobs.options("{'batch_size':8}"));
    run[0].start();
    drain(run[0], IGNORE);
    TrainingResult result = run[0].result();
    assertEquals(Reason.CANCELLED, result.reason());
    assertEquals(0, result.keptEpoch());
    assertEquals(1, result.step());
    assertFalse(Arrays.equals(first, core.snapshot().parameters()));
  }

  @Test
  void everyFailureBecomesTheLastEvent() {
    assertFailure(
        new OutOfMemoryError("Physical memory usage is too high"), ErrorCode.OUT_OF_MEMORY);
    assertFailure(new RuntimeException("Failed to allocate 4 bytes"), ErrorCode.OUT_OF_MEMORY);
    assertFailure(new IllegalStateException(), ErrorCode.INTERNAL);
    assertFailure(new SparkDl4jException(ErrorCode.DATA_LABELS, "x"), ErrorCode.DATA_LABELS);
  }

  private void assertFailure(Throwable thrown, ErrorCode code) {
    DelegatingCore failing =
        new DelegatingCore(core) {
          @Override
          public MinibatchResult train(FloatPointer features, Targets targets, long seed) {
            if (thrown instanceof Error) throw (Error) thrown;
            throw (RuntimeException) thrown;
          }
        };
    TrainingRun run = run(failing, "{}");
    List<ObjectNode> events = drain(run, IGNORE);
    ObjectNode last = events.get(events.size() - 1);
    assertEquals("error", last.get("type").asText());
    assertEquals(code.name(), last.get("code").asText());
    assertTrue(last.get("details").isObject());
    assertEquals(code, assertThrows(SparkDl4jException.class, run::result).code());
  }

  @Test
  void picturesMustFitTheNetwork() {
    try (PixelBlock block = PixelBlock.allocate(4, 9, 12, 1)) {
      LabeledImages images = new LabeledImages(block, null, new int[] {0, 1, 0, 1}, Blobs.CLASSES);
      TrainingRun run = new TrainingRun(core, null, scaler, images, null, Blobs.options("{}"));
      run.start();
      drain(run, IGNORE);
      SparkDl4jException e = assertThrows(SparkDl4jException.class, run::result);
      assertEquals(ErrorCode.DATA_SHAPE, e.code());
      assertEquals(
          "the network takes pictures of 12x12x1 (height x width x channels), but these are 9x12x1",
          e.getMessage());
    }
  }

  @Test
  void refusesWrongStates() {
    TrainingRun run =
        new TrainingRun(core, null, scaler, training, null, Blobs.options("{'epochs':1}"));
    long start = System.nanoTime();
    assertNull(run.poll(30));
    assertTrue(System.nanoTime() - start >= 30_000_000);
    assertEquals(
        ErrorCode.TRAINING_STATE, assertThrows(SparkDl4jException.class, run::result).code());
    run.cancel();
    run.start();
    assertEquals(
        ErrorCode.TRAINING_STATE, assertThrows(SparkDl4jException.class, run::start).code());
    drain(run, IGNORE);
    assertEquals(Reason.CANCELLED, run.result().reason());
    assertEquals(0, run.result().step());
    LabeledImages unlabeled = new LabeledImages(training.block(), null, null, List.of());
    assertEquals(
        ErrorCode.DATA_LABELS,
        assertThrows(
                SparkDl4jException.class,
                () -> new TrainingRun(core, null, scaler, unlabeled, null, Blobs.options("{}")))
            .code());
    assertEquals(
        ErrorCode.DATA_EMPTY,
        assertThrows(
                SparkDl4jException.class,
                () ->
                    new TrainingRun(
                        core, null, scaler, training.subset(new int[0]), null, Blobs.options("{}")))
            .code());
  }

  private static NetworkCore withoutDropout(String options) {
    return Blobs.core(
        "[{'type':'Conv2D','filters':4,'kernel_size':[3,3]},{'type':'Output'}]", options);
  }

  /** Three epochs, each of one minibatch. */
  private TrainingResult fullBatches(NetworkCore core, LabeledImages images) {
    TrainingRun run =
        new TrainingRun(
            core,
            null,
            scaler,
            images,
            null,
            Blobs.options("{'epochs':3,'batch_size':" + images.size() + "}"));
    run.start();
    drain(run, IGNORE);
    return run.result();
  }

  private TrainingRun run(NetworkCore core, String options) {
    TrainingRun run =
        new TrainingRun(core, null, scaler, training, validation, Blobs.options(options));
    run.start();
    return run;
  }

  private static float[] parametersAfter(TrainingRun run, NetworkCore core) {
    drain(run, IGNORE);
    run.result();
    return core.snapshot().parameters();
  }

  static List<ObjectNode> drain(TrainingRun run, Consumer<ObjectNode> onEvent) {
    List<ObjectNode> events = new ArrayList<>();
    while (true) {
      String text = run.poll(60_000);
      if (text == null) throw new AssertionError("no event within a minute after " + events);
      ObjectNode event = Json.readObject(text, "event");
      events.add(event);
      onEvent.accept(event);
      String type = event.get("type").asText();
      if (type.equals("end") || type.equals("error")) return events;
    }
  }

  private static List<ObjectNode> ofType(List<ObjectNode> events, String type) {
    return events.stream()
        .filter(e -> e.get("type").asText().equals(type))
        .collect(Collectors.toList());
  }
}
