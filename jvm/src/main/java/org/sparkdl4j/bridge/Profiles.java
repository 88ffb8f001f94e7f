package org.sparkdl4j.bridge;

import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.node.ArrayNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.minibatch.Targets;
import org.sparkdl4j.network.NetworkSpec;
import org.sparkdl4j.plan.CoreOptions;
import org.sparkdl4j.plan.NoiseMinibatch;
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
        NoiseMinibatch noise = noise(core, training.batchSize())) {
      warmUp(core, noise);
      for (StepTime time :
          core.profile(noise.pictures(), noise.labels(), json.get("steps").asInt())) {
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
        NoiseMinibatch noise = noise(rule, training.batchSize())) {
      ObjectNode result = Json.object();
      result.set("formats", Json.readObject(tuned.tune(training.batchSize()), "formats"));
      ArrayNode ruleSeconds = result.putArray("rule_seconds");
      ArrayNode tunedSeconds = result.putArray("tuned_seconds");
      warmUp(rule, noise);
      warmUp(tuned, noise);
      for (int i = 0; i < json.get("steps").asInt(); i++) {
        ruleSeconds.add(seconds(rule, noise));
        tunedSeconds.add(seconds(tuned, noise));
      }
      return Json.write(result);
    }
  }

  /** Java compiles the loops of update and dropout while they run. */
  private static void warmUp(PlanCore core, NoiseMinibatch noise) {
    long end = System.nanoTime() + WARM_UP;
    do {
      core.train(noise.pictures(), Targets.of(noise.labels(), null), 1);
    } while (System.nanoTime() < end);
  }

  private static double seconds(PlanCore core, NoiseMinibatch noise) {
    long start = System.nanoTime();
    core.train(noise.pictures(), Targets.of(noise.labels(), null), 1);
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

  private static NoiseMinibatch noise(PlanCore core, int count) {
    int[] shape = core.readShape();
    return new NoiseMinibatch(count, (long) shape[0] * shape[1] * shape[2], core.classes());
  }
}
