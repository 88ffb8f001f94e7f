package org.sparkdl4j.plan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Iterator;
import java.util.Random;
import java.util.Set;
import org.bytedeco.javacpp.FloatPointer;
import org.junit.jupiter.api.Test;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.minibatch.Targets;
import org.sparkdl4j.network.NetworkConfiguration;
import org.sparkdl4j.network.NetworkSpec;
import org.sparkdl4j.spec.Json;
import org.sparkdl4j.spec.Options;

/** Formats chosen by trying. */
class TuningTest {
  private static final int[] SHAPE = {14, 12, 3};
  private static final int CLASSES = 3;
  private static final int BATCH = 8;
  private static final Set<String> FORMATS =
      Set.of(
          "any",
          "nhwc jit:avx512",
          "nhwc jit:avx2",
          "nhwc",
          "nChw8c",
          "nchw",
          "plain",
          "channels first",
          "as it comes");
  private static final String NETWORK =
      "{'learning_rate':0.01,'activation':'tanh','layers':["
          + "{'type':'Conv2D','filters':16,'kernel_size':[3,3]},"
          + "{'type':'Conv2D','filters':20,'kernel_size':[3,3]},"
          + "{'type':'Conv2D','filters':32,'kernel_size':[3,3]},"
          + "{'type':'AvgPool2D'},{'type':'Dense','units':6},{'type':'Output'}]}";

  @Test
  void choosesKnownFormatsAndTrainsNothing() {
    try (PlanCore core = new PlanCore(configuration(), SHAPE, CoreOptions.DEFAULT)) {
      float[] before = core.snapshot().parameters();
      ObjectNode chosen = Json.readObject(core.tune(BATCH), "tuning");
      assertArrayEquals(before, core.snapshot().parameters());
      assertEquals(0, core.snapshot().iteration());
      for (Iterator<String> layers = chosen.fieldNames(); layers.hasNext(); ) {
        String layer = layers.next();
        assertTrue(layer.matches("layer[01245]"), chosen.toString());
        assertTrue(FORMATS.contains(chosen.get(layer).asText()), chosen.toString());
      }
    }
  }

  @Test
  void aStoredChoiceGivesTheSameBits() {
    String choice;
    float[] tuned;
    try (PlanCore core = new PlanCore(configuration(), SHAPE, CoreOptions.DEFAULT)) {
      choice = core.tune(BATCH);
      tuned = trained(core);
    }
    assertArrayEquals(tuned, trained(choice));
    assertTrue(Agreement.distance(trained((String) null), tuned) < 1e-5);
  }

  /** Every format computes the same but for rounding. */
  @Test
  void anyChoiceAgreesWithTheRule() {
    float[] expected = trained((String) null);
    for (String format : FORMATS) {
      ObjectNode choice = Json.object();
      for (int layer : new int[] {0, 1, 2, 4, 5}) choice.put("layer" + layer, format);
      float[] found = trained(choice.toString());
      double distance = Agreement.distance(expected, found);
      assertTrue(distance < 1e-5, () -> format + ": " + distance);
    }
  }

  private static float[] trained(String tuning) {
    CoreOptions options = new CoreOptions("f32", 0, 0, tuning);
    try (PlanCore core = new PlanCore(configuration(), SHAPE, options)) {
      return trained(core);
    }
  }

  private static float[] trained(PlanCore core) {
    float[] values = new float[BATCH * SHAPE[0] * SHAPE[1] * SHAPE[2]];
    Random random = new Random(1);
    for (int i = 0; i < values.length; i++) values[i] = (float) random.nextGaussian();
    int[] labels = random.ints(BATCH, 0, CLASSES).toArray();
    try (FloatPointer pictures = new FloatPointer(values)) {
      for (int step = 0; step < 10; step++) core.train(pictures, Targets.of(labels, null), step);
    }
    return core.snapshot().parameters();
  }

  private static NetworkConfiguration configuration() {
    return NetworkSpec.of(Json.readObject(NETWORK.replace('\'', '"'), "network"))
        .toConfiguration(
            SHAPE,
            CLASSES,
            new Options("network", Json.readObject("{\"updater\":\"sgd\"}", "options")),
            5);
  }
}
