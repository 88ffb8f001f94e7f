package org.sparkdl4j.network;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.spec.Json;
import org.sparkdl4j.spec.Options;

/** The networks of tests/golden/networks.json, whose shapes and parameters Python computes too. */
final class GoldenNetworks {
  /** One network, and what it must be. */
  static final class Case {
    final NetworkSpec spec;
    final int[] input;
    final int classes;
    final List<int[]> shapes = new ArrayList<>();
    final long parameters;
    private final String name;

    private Case(JsonNode json) {
      name = json.get("name").asText();
      spec =
          json.has("reference")
              ? NetworkSpec.reference(json.get("reference").asText())
              : NetworkSpec.of((ObjectNode) json.get("network"));
      input = integers(json.get("input_shape"));
      classes = json.get("classes").asInt();
      for (JsonNode shape : json.get("shapes")) shapes.add(integers(shape));
      parameters = json.get("parameters").asLong();
    }

    NetworkConfiguration configuration() {
      return spec.toConfiguration(input, classes, new Options("network", Json.object()), 1);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private GoldenNetworks() {}

  static Stream<Case> all() {
    Path folder = Paths.get(System.getProperty("sparkdl4j.golden", "tests/golden"));
    try {
      String text = Files.readString(folder.resolve("networks.json"));
      JsonNode cases = Json.readObject(text, "networks.json").get("cases");
      return StreamSupport.stream(cases.spliterator(), false).map(Case::new);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int[] integers(JsonNode array) {
    int[] integers = new int[array.size()];
    for (int i = 0; i < integers.length; i++) integers[i] = array.get(i).asInt();
    return integers;
  }
}
