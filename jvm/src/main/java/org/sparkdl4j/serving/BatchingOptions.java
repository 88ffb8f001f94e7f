package org.sparkdl4j.serving;

import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.spec.Json;
import org.sparkdl4j.spec.Options;

/** How pictures of many callers become batches, and how many may wait. */
public final class BatchingOptions {
  private static final double NANOS = 1e6;

  /** What {@code spec/options.json} says. */
  public static final BatchingOptions DEFAULT = new BatchingOptions(Json.object());

  private final ObjectNode json;
  private final Options options;

  /**
   * Reads options.
   *
   * @param json values by the names of the group "batching"; what is absent takes its default
   * @throws SparkDl4jException PARAMETER_UNKNOWN, PARAMETER_TYPE or PARAMETER_RANGE
   */
  public BatchingOptions(ObjectNode json) {
    this.json = json.deepCopy();
    options = new Options("batching", this.json);
  }

  /**
   * The same with another value.
   *
   * @param name such as {@code "max_batch"}
   * @throws SparkDl4jException PARAMETER_UNKNOWN, PARAMETER_TYPE or PARAMETER_RANGE
   */
  public BatchingOptions with(String name, Object value) {
    ObjectNode changed = json.deepCopy();
    changed.set(name, Json.of(value));
    return new BatchingOptions(changed);
  }

  /** Pictures that are computed at once at most. */
  public int maxBatch() {
    return options.integer("max_batch");
  }

  /** How long decoded pictures wait at most for those that are being decoded, in nanoseconds. */
  public long maxWaitNanos() {
    return (long) (options.number("max_wait") * NANOS);
  }

  /** Pictures that wait or are computed at most. */
  public int maxQueue() {
    return options.integer("max_queue");
  }

  /** Threads that decode, at least 1. */
  public int decodingThreads() {
    int threads = options.integer("decoding_threads");
    return threads > 0 ? threads : Runtime.getRuntime().availableProcessors();
  }

  /** Pixels in the header above which a picture is refused undecoded. */
  public int maxPixels() {
    return options.integer("max_pixels");
  }
}
