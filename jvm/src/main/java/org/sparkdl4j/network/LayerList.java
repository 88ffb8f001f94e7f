package org.sparkdl4j.network;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntFunction;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.spec.NearestName;

/**
 * Layers that each take outputs of earlier ones, with one input and one output: those of a network,
 * or those inside one of its layers. Without layers, the output is the input.
 */
final class LayerList {
  /** The name of the list's input. */
  static final String INPUT = "input";

  private final List<LayerSpec> layers = new ArrayList<>();

  /**
   * For every layer, the places in the list of the layers whose outputs it takes; -1: the input.
   */
  private final List<List<Integer>> sources = new ArrayList<>();

  /**
   * Reads a list.
   *
   * @param json an array of layers
   * @param places where the layers stand, by their index
   * @throws SparkDl4jException NETWORK_INVALID
   */
  LayerList(JsonNode json, IntFunction<Place> places) {
    for (JsonNode layer : json) {
      layers.add(LayerSpec.parse(new LayerJson(places.apply(layers.size()), layer)));
    }
    checkNames();
    connect();
  }

  List<LayerSpec> layers() {
    return layers;
  }

  /** Checks that none of the first so many layers is the network's output. */
  void checkNoOutput(int count) {
    for (LayerSpec layer : layers.subList(0, count)) {
      if (layer instanceof OutputSpec) throw layer.json.invalid("Output must be the last layer");
    }
  }

  /**
   * The output shape of every layer.
   *
   * @throws SparkDl4jException NETWORK_DOES_NOT_FIT, NETWORK_INVALID
   */
  List<int[]> shapes(int[] input, int classes) {
    List<int[]> shapes = new ArrayList<>();
    long parameters = 0;
    for (int i = 0; i < layers.size(); i++) {
      LayerSpec layer = layers.get(i);
      List<int[]> inputs = pick(i, shapes, input);
      try {
        int[] output = layer.outputShape(inputs, classes);
        parameters = Math.addExact(parameters, layer.parameters(inputs, classes));
        // DL4J addresses parameters and one picture's activations by int.
        Math.toIntExact(parameters);
        Math.toIntExact(Shape.size(output));
        shapes.add(output);
      } catch (ArithmeticException e) {
        throw layer.json.doesNotFit(
            layer.json.type
                + " makes the network too large (more than 2147483647 parameters or activations)");
      }
    }
    return shapes;
  }

  /** The shape of the output. */
  int[] outputShape(int[] input, int classes) {
    List<int[]> shapes = shapes(input, classes);
    return shapes.isEmpty() ? input : shapes.get(shapes.size() - 1);
  }

  /** The number of trained parameters. */
  long parameters(int[] input, int classes) {
    List<int[]> shapes = shapes(input, classes);
    long parameters = 0;
    for (int i = 0; i < layers.size(); i++) {
      parameters =
          Math.addExact(parameters, layers.get(i).parameters(pick(i, shapes, input), classes));
    }
    return parameters;
  }

  /** Adds the layers to a network; returns the output. */
  VertexOutput expand(Expansion target, VertexOutput input) {
    List<VertexOutput> outputs = new ArrayList<>();
    for (int i = 0; i < layers.size(); i++) {
      outputs.add(layers.get(i).expand(target, pick(i, outputs, input)));
    }
    return outputs.isEmpty() ? input : outputs.get(outputs.size() - 1);
  }

  private <T> List<T> pick(int layer, List<T> outputs, T input) {
    List<T> picked = new ArrayList<>();
    for (int source : sources.get(layer)) picked.add(source < 0 ? input : outputs.get(source));
    return picked;
  }

  private void checkNames() {
    Set<String> names = new HashSet<>();
    for (LayerSpec layer : layers) {
      String name = layer.json.name();
      if (!names.add(name)) throw layer.json.invalid("two layers have the name " + name);
    }
  }

  private void connect() {
    Map<String, Integer> earlier = new HashMap<>();
    earlier.put(INPUT, -1);
    Set<Integer> used = new HashSet<>();
    for (int i = 0; i < layers.size(); i++) {
      List<Integer> from = sources(i, earlier);
      sources.add(from);
      used.addAll(from);
      earlier.put(layers.get(i).json.name(), i);
    }
    for (int i = 0; i < layers.size() - 1; i++) {
      if (!used.contains(i)) throw layers.get(i).json.invalid("no layer takes its output");
    }
  }

  private List<Integer> sources(int layer, Map<String, Integer> earlier) {
    LayerSpec spec = layers.get(layer);
    if (spec.inputs == null) return List.of(layer - 1);
    List<Integer> sources = new ArrayList<>();
    for (String name : spec.inputs) {
      Integer source = earlier.get(name);
      if (source == null) throw unknownInput(spec, name, earlier.keySet());
      sources.add(source);
    }
    return sources;
  }

  private SparkDl4jException unknownInput(LayerSpec spec, String name, Set<String> earlier) {
    for (LayerSpec layer : layers) {
      if (layer.json.name().equals(name)) {
        return spec.json.invalid(
            "inputs must come earlier in the list, but "
                + name
                + " is layer "
                + layer.json.place.number);
      }
    }
    return spec.json.invalid(
        "there is no layer \""
            + name
            + "\" to take as input; did you mean "
            + NearestName.of(name, new TreeSet<>(earlier))
            + "?");
  }
}
