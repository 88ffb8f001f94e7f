package org.sparkdl4j.model;

import java.util.Locale;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.network.LossSpec;
import org.sparkdl4j.spec.Json;
import org.sparkdl4j.spec.Options;

/** The loss as {@code model.json} has it, under the names of the options: DL4J knows less of it. */
final class LossEntry {
  private LossEntry() {}

  static ObjectNode toJson(LossSpec loss) {
    return Json.object()
        .put("loss", loss.kind().name().toLowerCase(Locale.ROOT))
        .put("label_smoothing", loss.labelSmoothing())
        .put("focal_gamma", loss.focalGamma());
  }

  /**
   * Reads what {@link #toJson} wrote.
   *
   * @throws org.sparkdl4j.error.SparkDl4jException for what the options would not take
   */
  static LossSpec fromJson(ObjectNode json) {
    Options options = new Options("network", json);
    return new LossSpec(
        LossSpec.Kind.of(options.string("loss")),
        options.number("label_smoothing"),
        options.number("focal_gamma"));
  }
}
