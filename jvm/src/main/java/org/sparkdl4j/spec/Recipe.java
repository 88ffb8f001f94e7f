package org.sparkdl4j.spec;

import java.util.ArrayList;
import java.util.List;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;

/** Options that train well together on a kind of picture, as {@code spec/recipes.json} has them. */
public final class Recipe {
  private static final ObjectNode CONTRACT = Json.contract("recipes.json");

  private final ObjectNode values;

  private Recipe(ObjectNode values) {
    this.values = values;
  }

  /**
   * The recipe of a name.
   *
   * @throws SparkDl4jException PARAMETER_RANGE for one that there is not
   */
  public static Recipe of(String name) {
    if (CONTRACT.has(name)) return new Recipe((ObjectNode) CONTRACT.get(name));
    List<String> names = new ArrayList<>();
    CONTRACT.fieldNames().forEachRemaining(names::add);
    throw new SparkDl4jException(
            ErrorCode.PARAMETER_RANGE,
            "there is no recipe " + name + "; the recipes are " + String.join(", ", names))
        .with("parameter", "recipe");
  }

  /** Options of the groups "training" and "network". */
  public ObjectNode options() {
    return (ObjectNode) values.get("options");
  }

  /** Options of the group "augmentation". */
  public ObjectNode augmentation() {
    return (ObjectNode) values.get("augmentation");
  }
}
