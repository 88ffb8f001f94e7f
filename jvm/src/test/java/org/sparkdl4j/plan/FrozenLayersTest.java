package org.sparkdl4j.plan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.bytedeco.javacpp.FloatPointer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.sparkdl4j.dl4j.NetworkState;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.minibatch.Targets;
import org.sparkdl4j.network.NetworkConfiguration;
import org.sparkdl4j.network.NetworkSpec;
import org.sparkdl4j.spec.Json;
import org.sparkdl4j.spec.Options;

/** Networks of which only the last layers are trained, and what the others put out. */
class FrozenLayersTest {
  private static final int[] SHAPE = {12, 10, 3};
  private static final int CLASSES = 3;
  private static final int BATCH = 8;

  /** Layers with parameters: two convolutions, two normalisations, block, dense, output. */
  private static final String LAYERS =
      "{'layers':["
          + "{'type':'Conv2D','name':'first','filters':16,'kernel_size':[3,3],'use_bias':false,"
          + "'activation':'identity'},{'type':'BatchNorm','name':'norm'},"
          + "{'type':'Activation','activation':'relu'},{'type':'Dropout','rate':0.3},"
          + "{'type':'Block','name':'block','layers':["
          + "{'type':'Conv2D','name':'conv','filters':32,'kernel_size':[3,3],'stride':[2,2],"
          + "'padding':'same','use_bias':false,'activation':'identity'},"
          + "{'type':'BatchNorm','name':'norm'}]},"
          + "{'type':'GlobalPool','name':'pool'},{'type':'Dropout','name':'dropped','rate':0.4},"
          + "{'type':'Dense','name':'dense','units':6},{'type':'Output','name':'head'}]}";

  @Test
  void whatIsFrozenStaysBitByBitAndTheRestLearns() {
    for (int trained = 1; trained <= 5; trained++) {
      try (PlanCore core = core("{'updater':'adam'}");
          FloatPointer pictures = pictures()) {
        // Running statistics that differ from those of any minibatch.
        for (int step = 0; step < 4; step++) train(core, pictures, step);
        NetworkState before = core.snapshot();
        core.trainLast(trained, 1);
        double loss = train(core, pictures, 7);
        for (int step = 0; step < 20; step++) train(core, pictures, 7);
        assertTrue(train(core, pictures, 7) < loss);
        NetworkState after = core.snapshot();
        int frozen = offset(core, new String[] {"head", "dense", "block/conv", "norm"}, trained);
        assertArrayEquals(
            Arrays.copyOf(before.parameters(), frozen), Arrays.copyOf(after.parameters(), frozen));
        int first = Arrays.mismatch(before.parameters(), after.parameters());
        // Units that are 0 for every picture do not learn.
        assertTrue(first >= frozen && first < frozen + 24, () -> first + " after " + frozen);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void givenOutputsTrainAsThePicturesDo(int trained) {
    String[] cuts = {"dense", "pool", "layer2"};
    try (PlanCore core = core("{'updater':'adam'}");
        PlanCore other = core("{'updater':'adam'}");
        FloatPointer pictures = pictures()) {
      for (int step = 0; step < 4; step++) train(core, pictures, step);
      other.restore(core.snapshot());
      String cut = core.lastFrozen(trained);
      assertEquals(cuts[trained - 1], cut);
      try (FloatPointer outputs = outputs(other, cut, pictures)) {
        other.takeOutputsOf(cut);
        core.trainLast(trained, 0.5);
        other.trainLast(trained, 0.5);
        for (int step = 0; step < 10; step++) {
          double expected = train(core, pictures, step);
          assertEquals(expected, train(other, outputs, step), 1e-4 * Math.abs(expected));
        }
        double distance =
            Agreement.distance(core.snapshot().parameters(), other.snapshot().parameters());
        assertTrue(distance < 1e-4, () -> "relative distance " + distance);
        float[] predicted = predicted(other, outputs);
        other.takeOutputsOf(null);
        assertArrayEquals(predicted(other, pictures), predicted, 1e-5f);
      }
    }
  }

  @Test
  void ratesDecayFromLayerToLayer() {
    try (PlanCore core = core("{'updater':'sgd','learning_rate':0.1}");
        FloatPointer pictures = pictures()) {
      NetworkState start = core.snapshot();
      train(core, pictures, 1);
      float[] whole = change(start, core.snapshot());
      core.restore(start);
      core.trainLast(Integer.MAX_VALUE, 0.5);
      train(core, pictures, 1);
      float[] decayed = change(start, core.snapshot());
      int dense = offset(core, new String[] {"head", "dense"}, 2);
      int head = offset(core, new String[] {"head"}, 1);
      for (int i = 0; i < 48; i++) assertEquals(whole[i] / 16, decayed[i], 1e-7);
      for (int i = dense; i < head; i++) assertEquals(whole[i] / 2, decayed[i], 1e-7);
      for (int i = head; i < whole.length; i++) assertEquals(whole[i], decayed[i], 1e-7);
    }
  }

  @Test
  void outputsAreThoseOfDl4j() {
    try (PlanCore core = core("{}");
        FloatPointer pictures = pictures()) {
      for (int step = 0; step < 3; step++) train(core, pictures, step);
      ComputationGraph graph = (ComputationGraph) core.network();
      float[] values = new float[BATCH * SHAPE[0] * SHAPE[1] * SHAPE[2]];
      pictures.get(values);
      INDArray x =
          Nd4j.create(values, new long[] {BATCH, SHAPE[0], SHAPE[1], SHAPE[2]}, 'c')
              .permute(0, 3, 1, 2)
              .dup('c');
      Map<String, INDArray> expected = graph.feedForward(x, false);
      for (String layer :
          new String[] {"first", "layer2", "block/conv", "block", "pool", "dense"}) {
        INDArray own = expected.get(layer);
        float[] channelsLast =
            (own.rank() == 4 ? own.permute(0, 2, 3, 1) : own).dup('c').data().asFloat();
        try (FloatPointer found = outputs(core, layer, pictures)) {
          float[] all = new float[channelsLast.length];
          assertEquals(all.length, found.limit());
          found.get(all);
          double distance = Agreement.distance(channelsLast, all);
          assertTrue(distance < 1e-5, () -> layer + ": relative distance " + distance);
        }
      }
      SparkDl4jException e =
          assertThrows(SparkDl4jException.class, () -> core.outputs("block/nothing"));
      assertTrue(e.getMessage().contains("block/conv"), e.getMessage());
    }
  }

  @Test
  void branchesThatBothReachTheTrainedLayersAreCutBefore() {
    String layers =
        "{'layers':[{'type':'Conv2D','name':'stem','filters':8,'kernel_size':[3,3]},"
            + "{'type':'Conv2D','name':'a','filters':8,'kernel_size':[3,3],'inputs':['stem']},"
            + "{'type':'Conv2D','name':'b','filters':8,'kernel_size':[3,3],'inputs':['stem']},"
            + "{'type':'Concat','name':'both','inputs':['a','b']},"
            + "{'type':'GlobalPool','name':'pool'},{'type':'Output','name':'head'}]}";
    try (PlanCore core = new PlanCore(configuration(layers, "{}"), SHAPE, CoreOptions.DEFAULT)) {
      assertEquals("pool", core.lastFrozen(1));
      assertEquals("stem", core.lastFrozen(2));
      assertNull(core.lastFrozen(4));
    }
  }

  /** Where the parameters of the {@code trained} last layers begin, given a part of each. */
  private static int offset(PlanCore core, String[] lastFirst, int trained) {
    if (trained > lastFirst.length) return 0;
    ComputationGraph graph = (ComputationGraph) core.network();
    long first =
        graph.getLayer(lastFirst[trained - 1]).paramTable().values().stream()
            .mapToLong(INDArray::offset)
            .min()
            .getAsLong();
    return Math.toIntExact(first);
  }

  private static float[] change(NetworkState before, NetworkState after) {
    float[] change = new float[before.parameters().length];
    for (int i = 0; i < change.length; i++) {
      change[i] = after.parameters()[i] - before.parameters()[i];
    }
    return change;
  }

  private static double train(PlanCore core, FloatPointer input, long seed) {
    int[] labels = new Random(seed).ints(BATCH, 0, CLASSES).toArray();
    return core.train(input, Targets.of(labels, null), seed).lossSum();
  }

  private static FloatPointer outputs(PlanCore core, String layer, FloatPointer pictures) {
    LayerOutputs outputs = core.outputs(layer);
    int size = Arrays.stream(outputs.shape()).reduce(1, (a, b) -> a * b);
    FloatPointer found = new FloatPointer((long) BATCH * size);
    outputs.compute(pictures, BATCH, found);
    return found;
  }

  private static float[] predicted(PlanCore core, FloatPointer input) {
    try (FloatPointer probabilities = new FloatPointer((long) BATCH * CLASSES)) {
      core.predict(input, BATCH, probabilities);
      float[] rows = new float[BATCH * CLASSES];
      probabilities.get(rows);
      return rows;
    }
  }

  private static FloatPointer pictures() {
    float[] values = new float[BATCH * SHAPE[0] * SHAPE[1] * SHAPE[2]];
    Random random = new Random(1);
    for (int i = 0; i < values.length; i++) values[i] = (float) random.nextGaussian();
    return new FloatPointer(values);
  }

  private static PlanCore core(String options) {
    return new PlanCore(configuration(LAYERS, options), SHAPE, CoreOptions.DEFAULT);
  }

  private static NetworkConfiguration configuration(String layers, String options) {
    return NetworkSpec.of(Json.readObject(layers.replace('\'', '"'), "network"))
        .toConfiguration(
            SHAPE,
            CLASSES,
            new Options("network", Json.readObject(options.replace('\'', '"'), "options")),
            5);
  }
}
