package org.sparkdl4j.dataset;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/** The cases that hold the Java and the Python of one formula together. */
final class Golden {
  private Golden() {}

  static JsonNode read(String name) throws IOException {
    Path folder = Paths.get(System.getProperty("sparkdl4j.golden", "tests/golden"));
    return new ObjectMapper().readTree(Files.readAllBytes(folder.resolve(name)));
  }

  static int[] ints(JsonNode array) {
    int[] numbers = new int[array.size()];
    for (int i = 0; i < numbers.length; i++) numbers[i] = array.get(i).asInt();
    return numbers;
  }

  static double[] doubles(JsonNode array) {
    double[] numbers = new double[array.size()];
    for (int i = 0; i < numbers.length; i++) numbers[i] = array.get(i).asDouble();
    return numbers;
  }
}
