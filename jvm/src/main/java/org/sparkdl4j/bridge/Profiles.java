package org.sparkdl4j.bridge;

import java.util.Random;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.node.ArrayNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.network.NetworkSpec;
import org.sparkdl4j.plan.CoreOptions;
import org.sparkdl4j.plan.PlanCore;
import org.sparkdl4j.plan.StepTime;
import org.sparkdl4j.spec.Json;
import org.sparkdl4j.spec.Options;
import org.sparkdl4j.training.TrainingOptions;

/**
 * Where the compute plan's time goes, on pictures of noise.
 *
 * <p>Requests are JSON: network, network_options, training_options, input_shape ({@code [height,
 * width, channels]}), classes, steps (how many training steps to measure).
 */
public final class Profiles {
  private static final long WARM_UP = 3_000_000_000L;

  private Profiles() {}

  /**
   * How long the parts of a training step take.
   *
   * @return JSON: a list of name, kind, implementation, seconds (the median over the steps)
   */
  public static String trainingStep(String request) {
    ObjectNode json = Json.readObject(request, "request");
    TrainingOptions training = training(json);
    ArrayNode times = Json.object().putArray("times");
    try (PlanCore core = core(json, training);
        FloatPointer pictures = noise(core, training.batchSize())) {
      int[] labels = labels(core, training.batchSize());
      warmUp(core, pictures, labels);
      for (StepTime time : core.profile(pictures, labels, json.get("steps").asInt())) {
        times
            .addObject()
            .put("name", time.name())
            .put("kind", time.kind())
            .put("implementation", time.implementation())
            .put("seconds", time.seconds());
      }
    }
    return Json.write(times);
  }

  /**
   * Training steps with the formats that the rule chooses and with those that trials choose, in
   * turn.
   *
   * @return JSON: rule_seconds and tuned_seconds (a list each), formats (those chosen by trials,
   *     where they differ)
   */
  public static String formats(String request) {
    ObjectNode json = Json.readObject(request, "request");
    TrainingOptions training = training(json);
    try (PlanCore rule = core(json, training);
        PlanCore tuned = core(json, training);
        FloatPointer pictures = noise(rule, training.batchSize())) {
      ObjectNode result = Json.object();
      result.set("formats", Json.readObject(tuned.tune(training.batchSize()), "formats"));
      ArrayNode ruleSeconds = result.putArray("rule_seconds");
      ArrayNode tunedSeconds = result.putArray("tuned_seconds");
      int[] labels = labels(rule, training.batchSize());
      warmUp(rule, pictures, labels);
      warmUp(tuned, pictures, labels);
      for (int i = 0; i < json.get("steps").asInt(); i++) {
        ruleSeconds.add(seconds(rule, pictures, labels));
        tunedSeconds.add(seconds(tuned, pictures, labels));
      }
      return Json.write(result);
    }
  }

  /** Java compiles the loops of update and dropout while they run. */
  private static void warmUp(PlanCore core, FloatPointer pictures, int[] labels) {
    long end = System.nanoTime() + WARM_UP;
    do {
      core.train(pictures, labels, null, 1);
    } while (System.nanoTime() < end);
  }

  private static double seconds(PlanCore core, FloatPointer pictures, int[] labels) {
    long start = System.nanoTime();
    core.train(pictures, labels, null, 1);
    return (System.nanoTime() - start) / 1e9;
  }

  private static TrainingOptions training(ObjectNode json) {
    return new TrainingOptions((ObjectNode) json.get("training_options"));
  }

  private static PlanCore core(ObjectNode json, TrainingOptions training) {
    JsonNode size = json.get("input_shape");
    int[] shape = {size.get(0).asInt(), size.get(1).asInt(), size.get(2).asInt()};
    return new PlanCore(
        NetworkSpec.of((ObjectNode) json.get("network"))
            .toConfiguration(
                shape,
                json.get("classes").asInt(),
                new Options("network", json.get("network_options")),
                training.seed()),
        shape,
        new CoreOptions(training.precision(), training.threads(), training.memoryLimit(), null));
  }

  private static FloatPointer noise(PlanCore core, int count) {
    int[] shape = core.inputShape();
    float[] values = new float[Math.multiplyExact(count * shape[0], shape[1] * shape[2])];
    Random random = new Random(1);
    for (int i = 0; i < values.length; i++) values[i] = (float) random.nextGaussian();
    return new FloatPointer(values);
  }

  private static int[] labels(PlanCore core, int count) {
    return new Random(1).ints(count, 0, core.classes()).toArray();
  }
}
