package org.sparkdl4j.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.dataset.LabeledImages;
import org.sparkdl4j.dataset.PixelBlock;
import org.sparkdl4j.dataset.PixelType;
import org.sparkdl4j.dataset.ScalerKind;
import org.sparkdl4j.dataset.SeededOrder;
import org.sparkdl4j.dataset.StandardScaler;
import org.sparkdl4j.loss.CrossEntropy;
import org.sparkdl4j.plan.ForwardPass;
import org.sparkdl4j.plan.NetworkCore;
import org.sparkdl4j.spec.Json;
import org.sparkdl4j.spec.Options;

class ObservationsTest {
  private static final String ALL =
      "{\"samples\":5,\"histograms\":true,\"validation_confusion\":true}";

  private final LabeledImages training = Blobs.images(61, 1);
  private final LabeledImages validation = Blobs.images(40, 2);
  private final StandardScaler scaler = StandardScaler.fit(ScalerKind.CHANNEL, training);

  @AfterEach
  void close() {
    training.close();
    validation.close();
    scaler.close();
  }

  @Test
  void histogramsCountEveryParameterAndItsChange() {
    List<float[]> parameters = new ArrayList<>();
    try (NetworkCore core = Blobs.core("{'learning_rate':0.01}")) {
      parameters.add(core.snapshot().parameters());
      NetworkCore recording =
          new DelegatingCore(core) {
            @Override
            public void finishEpoch() {
              super.finishEpoch();
              parameters.add(core.snapshot().parameters());
            }
          };
      List<ObjectNode> events = run(recording, "{'epochs':2}", ALL);
      List<ObjectNode> histograms = ofType(events, "histograms");
      assertEquals(2, histograms.size());
      for (int epoch = 1; epoch <= 2; epoch++) {
        ObjectNode event = histograms.get(epoch - 1);
        assertEquals(epoch, event.get("epoch").asInt());
        float[] now = parameters.get(epoch);
        float[] before = parameters.get(epoch - 1);
        float[] change = new float[now.length];
        for (int i = 0; i < now.length; i++) change[i] = now[i] - before[i];
        assertHistograms(now, event.get("parameters"));
        assertHistograms(change, event.get("updates"));
      }
      List<String> types =
          events.stream().map(e -> e.get("type").asText()).collect(Collectors.toList());
      assertEquals("samples", types.get(1));
      int second = types.lastIndexOf("epoch");
      assertEquals(
          List.of("histograms", "validation_confusion", "epoch"),
          types.subList(second - 2, second + 1));
    }
  }

  /** DL4J keeps a convolution's bias before its weights, and a dense layer's after them. */
  private static void assertHistograms(float[] all, JsonNode histograms) {
    Object[][] expected = {
      {"layer0", "b", 0, 4}, {"layer0", "W", 4, 36},
      {"layer3", "W", 40, 800}, {"layer3", "b", 840, 8},
      {"layer4", "W", 848, 16}, {"layer4", "b", 864, 2}
    };
    assertEquals(866, all.length);
    assertEquals(expected.length, histograms.size());
    for (Object[] parameter : expected) {
      JsonNode found = null;
      for (JsonNode histogram : histograms) {
        if (histogram.get("layer").asText().equals(parameter[0])
            && histogram.get("parameter").asText().equals(parameter[1])) found = histogram;
      }
      int start = (int) parameter[2];
      float[] values = Arrays.copyOfRange(all, start, start + (int) parameter[3]);
      Arrays.sort(values);
      float smallest = values[0];
      float largest = values[values.length - 1];
      assertEquals(smallest, found.get("min").floatValue());
      assertEquals(largest, found.get("max").floatValue());
      long[] counts = new long[30];
      for (float value : values) {
        double place = ((double) value - smallest) / ((double) largest - smallest) * 30;
        counts[(int) Math.min(29, place)]++;
      }
      long[] told = new long[30];
      for (int i = 0; i < 30; i++) told[i] = found.get("counts").get(i).asLong();
      assertEquals(values.length, Arrays.stream(told).sum());
      int moved = 0;
      for (int i = 0; i < 30; i++) moved += Math.abs(counts[i] - told[i]);
      // A value on an edge may round to either side.
      assertTrue(moved <= 2, Arrays.toString(counts) + " but " + Arrays.toString(told));
    }
  }

  @Test
  void confusionsAreThoseOfThePredictionsWithOneWorkerAndWithTwo() {
    for (int workers = 1; workers <= 2; workers++) {
      try (NetworkCore core = Blobs.core("{'learning_rate':0.01}")) {
        String options = "{'epochs':3,'keep':'last','batch_size':8,'num_workers':" + workers + "}";
        List<ObjectNode> events = run(core, options, ALL);
        JsonNode counts = ofType(events, "validation_confusion").get(2).get("counts");
        float[] probabilities = ForwardPass.run(core, scaler, validation, 8);
        int[][] expected = new int[2][2];
        for (int i = 0; i < validation.size(); i++) {
          expected[validation.label(i)][CrossEntropy.argMax(probabilities, 2 * i, 2)]++;
        }
        assertEquals(Json.of(expected), Json.of(counts));
        JsonNode epoch = ofType(events, "epoch").get(2);
        assertEquals(
            epoch.get("validation_accuracy").asDouble(), (expected[0][0] + expected[1][1]) / 40.0);
      }
    }
  }

  @Test
  void samplesAreTrainingPicturesInTheOrderOfTraining() {
    JsonNode samples;
    try (NetworkCore core = Blobs.core("{}")) {
      samples = ofType(run(core, "{'epochs':1,'seed':4}", ALL), "samples").get(0);
    }
    assertEquals("[12,12,1]", samples.get("shape").toString());
    assertEquals(5, samples.get("pictures").size());
    int[] first = SeededOrder.permutation(61, 4, 1);
    for (int i = 0; i < 5; i++) {
      JsonNode picture = samples.get("pictures").get(i);
      byte[] pixels = new byte[144];
      training.block().read(first[i], pixels);
      assertArrayEquals(pixels, Base64.getDecoder().decode(picture.get("pixels").asText()));
      assertEquals(training.label(first[i]), picture.get("label").asInt());
    }
  }

  @Test
  void samplesOfFloatsAreStretched() {
    try (PixelBlock block = PixelBlock.allocate(PixelType.FLOAT32, 1, 1, 4, 1)) {
      block.write(0, new float[] {-1, 0, 3, 1});
      LabeledImages images = new LabeledImages(block, null, new int[] {1}, Blobs.CLASSES);
      JsonNode picture = SamplePictures.first(images, 1, 9).toJson().get("pictures").get(0);
      byte[] pixels = Base64.getDecoder().decode(picture.get("pixels").asText());
      assertArrayEquals(new byte[] {0, 64, (byte) 255, (byte) 128}, pixels);
    }
  }

  @Test
  void whoAsksForNothingIsToldNothingAndTrainsTheSame() {
    try (NetworkCore asked = Blobs.core("{}");
        NetworkCore plain = Blobs.core("{}")) {
      run(asked, "{'epochs':2}", ALL);
      List<ObjectNode> events = run(plain, "{'epochs':2}", "{}");
      assertArrayEquals(asked.snapshot().parameters(), plain.snapshot().parameters());
      Set<String> types =
          events.stream().map(e -> e.get("type").asText()).collect(Collectors.toSet());
      assertEquals(Set.of("start", "minibatch", "epoch", "end"), types);
    }
  }

  @Test
  void aRunResumedWithinAnEpochDoesNotKnowTheUpdatesOfIt() {
    List<Checkpoint> checkpoints = new ArrayList<>();
    ObjectNode schedule = Json.object().put("every", 3).put("unit", "step");
    RunDecisions third = new RunDecisions();
    third.writeCheckpoints(
        new CheckpointSchedule(
            "third.zip",
            new Options("checkpoint", schedule),
            (path, checkpoint) -> {
              // What the run itself goes on with is not copied.
              ObjectNode json = checkpoint.toJson();
              checkpoints.add(Checkpoint.fromJson(json, checkpoint.state(), checkpoint.state()));
            }));
    String options = "{'epochs':2,'batch_size':16}";
    try (NetworkCore core = Blobs.core("{}");
        NetworkCore other = Blobs.core("{}")) {
      run(core, options, "{}", third, null);
      List<ObjectNode> events = run(other, options, ALL, new RunDecisions(), checkpoints.get(0));
      assertTrue(ofType(events, "samples").isEmpty());
      List<ObjectNode> histograms = ofType(events, "histograms");
      assertFalse(histograms.get(0).has("updates"));
      assertTrue(histograms.get(1).has("updates"));
      assertArrayEquals(core.snapshot().parameters(), other.snapshot().parameters());
    }
  }

  private List<ObjectNode> run(NetworkCore core, String options, String observations) {
    return run(core, options, observations, new RunDecisions(), null);
  }

  private List<ObjectNode> run(
      NetworkCore core,
      String options,
      String observations,
      RunDecisions decisions,
      Checkpoint resumed) {
    TrainingRun run =
        new TrainingRun(
            core,
            () -> Blobs.core("{'learning_rate':0.01}"),
            LocalTraining.of(scaler, training, validation),
            Blobs.options(options),
            decisions,
            resumed,
            Observations.fromJson(Json.readObject(observations, "observations")));
    run.start();
    List<ObjectNode> events = TrainingRunTest.drain(run, event -> {});
    run.result();
    return events;
  }

  private static List<ObjectNode> ofType(List<ObjectNode> events, String type) {
    return events.stream()
        .filter(e -> e.get("type").asText().equals(type))
        .collect(Collectors.toList());
  }
}
