package org.sparkdl4j.serving;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;

/** Models by name, which take turns to compute. Safe for use by many threads. */
public final class ServedModels implements AutoCloseable {
  private final BatchingOptions options;
  private final ComputingTurn turn = new ComputingTurn();
  private final Map<String, ServedModel> models =
      Collections.synchronizedMap(new LinkedHashMap<>());

  /**
   * No models yet.
   *
   * @param options of each of them
   */
  public ServedModels(BatchingOptions options) {
    this.options = options;
  }

  /**
   * Adds a model.
   *
   * @throws SparkDl4jException PARAMETER_CONFLICT when there is one of this name; and as {@link
   *     ServedModel} does
   */
  public void add(String name, Path file) {
    if (models.containsKey(name)) {
      throw new SparkDl4jException(
          ErrorCode.PARAMETER_CONFLICT, "there are two models with the name " + name);
    }
    models.put(name, new ServedModel(file, options, turn));
  }

  /**
   * A model.
   *
   * @throws SparkDl4jException MODEL_UNKNOWN
   */
  public ServedModel get(String name) {
    ServedModel model = models.get(name);
    if (model != null) return model;
    throw new SparkDl4jException(ErrorCode.MODEL_UNKNOWN, "there is no model of this name");
  }

  /** The names, in the order in which the models were added. */
  public Set<String> names() {
    synchronized (models) {
      return new LinkedHashSet<>(models.keySet());
    }
  }

  /** Closes all models. Idempotent. */
  @Override
  public void close() {
    for (String name : names()) models.get(name).close();
  }
}
