package org.sparkdl4j.plan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Paths;
import java.util.Random;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.sparkdl4j.dl4j.NetworkState;
import org.sparkdl4j.minibatch.Targets;
import org.sparkdl4j.network.NetworkConfiguration;
import org.sparkdl4j.network.NetworkSpec;
import org.sparkdl4j.spec.Json;
import org.sparkdl4j.spec.Options;

/** A residual network whose batch normalisation inference folds into the weights. */
class BatchNormTrainingTest {
  private static final int[] SHAPE = {12, 10, 3};
  private static final int CLASSES = 3;
  private static final int BATCH = 8;
  private static final String NETWORK =
      "{'learning_rate':0.01,'updater':'nesterov','layers':["
          + "{'type':'Conv2D','filters':16,'kernel_size':[3,3],'use_bias':false,"
          + "'activation':'identity'},{'type':'BatchNorm'},"
          + "{'type':'Activation','activation':'relu'},"
          + "{'type':'Block','layers':["
          + "{'type':'Conv2D','filters':32,'kernel_size':[3,3],'stride':[2,2],'padding':'same',"
          + "'use_bias':false,'activation':'identity'},{'type':'BatchNorm'},"
          + "{'type':'Activation','activation':'relu'},"
          + "{'type':'Conv2D','filters':32,'kernel_size':[3,3],'padding':'same',"
          + "'use_bias':false,'activation':'identity'},{'type':'BatchNorm'}]},"
          + "{'type':'GlobalPool'},{'type':'Output'}]}";

  @Test
  void foldedWeightsFollowTheTraining() {
    try (PlanCore core = new PlanCore(configuration(), SHAPE, CoreOptions.DEFAULT);
        StockDl4j stock = new StockDl4j(configuration(), SHAPE, CLASSES);
        FloatPointer pictures = pictures()) {
      for (int step = 0; step < 12; step++) {
        core.train(pictures, Targets.of(labels(step), null), step);
        stock.fit(pictures, labels(step), null);
        if (step % 3 > 0) continue;
        double distance =
            Agreement.distance(stock.output(pictures, BATCH), predicted(core, pictures));
        assertTrue(distance < 1e-4, () -> "relative distance " + distance);
      }
    }
  }

  @Test
  void predictionsAfterRestoringAreThoseOfBefore() {
    try (PlanCore core = new PlanCore(configuration(), SHAPE, CoreOptions.DEFAULT);
        FloatPointer pictures = pictures()) {
      core.train(pictures, Targets.of(labels(1), null), 1);
      NetworkState state = core.snapshot();
      float[] before = predicted(core, pictures);
      core.train(pictures, Targets.of(labels(2), null), 2);
      float[] after = predicted(core, pictures);
      assertTrue(Agreement.distance(before, after) > 1e-4, "training changes predictions");
      core.restore(state);
      assertArrayEquals(before, predicted(core, pictures));
      core.train(pictures, Targets.of(labels(2), null), 2);
      assertArrayEquals(after, predicted(core, pictures));
    }
  }

  @Test
  @Tag("long")
  void memoryStaysFlatOverManySteps() throws Exception {
    try (PlanCore core = new PlanCore(configuration(), SHAPE, CoreOptions.DEFAULT);
        FloatPointer pictures = pictures()) {
      int[] labels = labels(1);
      int[] fewer = {0, 1, 2};
      long resident = 0;
      long objects = 0;
      for (int step = 0; step < 20_000; step++) {
        core.train(pictures, Targets.of(step % 10 == 9 ? fewer : labels, null), step);
        if (step % 10 == 0) predicted(core, pictures);
        if (step == 2000) {
          collect();
          resident = residentMegabytes();
          objects = Pointer.totalCount();
        }
      }
      collect();
      long made = Pointer.totalCount() - objects;
      assertTrue(made < 50, () -> made + " native objects, but a step makes none");
      long grown = residentMegabytes() - resident;
      assertTrue(grown < 30, () -> "grown by " + grown + " MB");
    }
  }

  private static float[] predicted(PlanCore core, FloatPointer pictures) {
    try (FloatPointer probabilities = new FloatPointer((long) BATCH * CLASSES)) {
      core.predict(pictures, BATCH, probabilities);
      float[] rows = new float[BATCH * CLASSES];
      probabilities.get(rows);
      return rows;
    }
  }

  private static int[] labels(long seed) {
    return new Random(seed).ints(BATCH, 0, CLASSES).toArray();
  }

  private static FloatPointer pictures() {
    float[] values = new float[BATCH * SHAPE[0] * SHAPE[1] * SHAPE[2]];
    Random random = new Random(1);
    for (int i = 0; i < values.length; i++) values[i] = (float) random.nextGaussian();
    return new FloatPointer(values);
  }

  private static NetworkConfiguration configuration() {
    return NetworkSpec.of(Json.readObject(NETWORK.replace('\'', '"'), "network"))
        .toConfiguration(SHAPE, CLASSES, new Options("network", Json.object()), 5);
  }

  /** The collector frees what the test itself has dropped, a little later. */
  private static void collect() throws InterruptedException {
    System.gc();
    Thread.sleep(500);
  }

  private static long residentMegabytes() throws Exception {
    for (String line : Files.readAllLines(Paths.get("/proc/self/status"))) {
      if (line.startsWith("VmRSS:")) return Long.parseLong(line.replaceAll("\\D", "")) / 1024;
    }
    throw new AssertionError("no VmRSS");
  }
}
