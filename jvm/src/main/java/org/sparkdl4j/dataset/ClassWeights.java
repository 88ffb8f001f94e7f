package org.sparkdl4j.dataset;

import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;

/** By how much the loss of each class's pictures counts. */
public final class ClassWeights {
  private ClassWeights() {}

  /**
   * The weight of each class.
   *
   * @param given the option {@code class_weight}: weights by the classes' names, 1 for those left
   *     out; or "balanced" for {@code n / (classes that occur * pictures of the class)}, as
   *     scikit-learn has it; null for none
   * @param classes the names of the classes
   * @param counts pictures of each class that an epoch trains
   * @return null for none
   * @throws SparkDl4jException DATA_LABELS for a class that there is not; DATA_NOT_FINITE when no
   *     picture would count
   */
  public static double[] of(JsonNode given, List<String> classes, long[] counts) {
    if (given == null || given.isNull()) return null;
    double[] weights = new double[classes.size()];
    if (given.isTextual()) {
      long sum = Arrays.stream(counts).sum();
      long occurring = Arrays.stream(counts).filter(count -> count > 0).count();
      for (int k = 0; k < weights.length; k++) {
        weights[k] = (double) sum / (occurring * Math.max(counts[k], 1));
      }
      return weights;
    }
    Arrays.fill(weights, 1);
    Iterator<Map.Entry<String, JsonNode>> fields = given.fields();
    while (fields.hasNext()) {
      Map.Entry<String, JsonNode> field = fields.next();
      weights[index(field.getKey(), classes)] = field.getValue().asDouble();
    }
    for (int k = 0; k < weights.length; k++) {
      if (weights[k] > 0 && counts[k] > 0) return weights;
    }
    throw new SparkDl4jException(
            ErrorCode.DATA_NOT_FINITE,
            "class_weight is 0 for all pictures that are trained: some must count")
        .with("parameter", "class_weight");
  }

  private static int index(String name, List<String> classes) {
    int index = classes.indexOf(name);
    // Equal numbers are the same class, however they are written.
    for (int k = 0; index < 0 && k < classes.size(); k++) {
      if (areEqualNumbers(name, classes.get(k))) index = k;
    }
    if (index >= 0) return index;
    throw new SparkDl4jException(
            ErrorCode.DATA_LABELS,
            "class_weight has the class "
                + name
                + ", which the training data do not have: they have "
                + String.join(", ", classes))
        .with("parameter", "class_weight");
  }

  private static boolean areEqualNumbers(String one, String other) {
    try {
      return Double.parseDouble(one) == Double.parseDouble(other);
    } catch (NumberFormatException e) {
      return false;
    }
  }
}
