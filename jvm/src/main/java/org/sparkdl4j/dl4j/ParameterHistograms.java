package org.sparkdl4j.dl4j;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.FloatPointer;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.databind.node.ArrayNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.onednn.FloatMemory;
import org.sparkdl4j.spec.Json;

/**
 * How the parameters of each layer are distributed, and by how much they have changed since they
 * were last looked at. It holds one copy of all parameters.
 */
public final class ParameterHistograms {
  /** Values that are looked at together: they stay in the processor's cache. */
  private static final int CHUNK = 8192;

  /** One parameter of a layer, and its place among all. */
  private static final class Parameter {
    private final String layer;
    private final String name;
    private final long start;
    private final long end;

    private Parameter(String layer, String name, INDArray view) {
      this.layer = layer;
      this.name = name;
      start = view.offset();
      end = start + view.length();
    }
  }

  private final FloatPointer all;
  private final List<Parameter> parameters = new ArrayList<>();
  private final float[] before;
  private final float[] values = new float[CHUNK];

  /**
   * Remembers the parameters as they are.
   *
   * @param network stays open as long as this is used
   */
  public ParameterHistograms(Model network) {
    all = Dl4jNetwork.memory(network.params());
    for (Layer layer : layers(network)) {
      String name = layer.conf().getLayer().getLayerName();
      for (Map.Entry<String, INDArray> entry : layer.paramTable(false).entrySet()) {
        parameters.add(new Parameter(name, entry.getKey(), entry.getValue()));
      }
    }
    before = new float[Math.toIntExact(network.params().length())];
    all.get(before, 0, before.length);
  }

  /** Remembers the parameters as they are, as those that {@link #updates} starts from. */
  public void remember() {
    all.get(before, 0, before.length);
  }

  /**
   * Of the parameters now.
   *
   * @return of each {@code layer}, {@code parameter} (DL4J's name, such as "W"), {@code min},
   *     {@code max}, and {@code counts} in equal parts of the range between
   */
  public ArrayNode parameters() {
    return list(false);
  }

  /** Of what the parameters are now, less what they were when last remembered; as above. */
  public ArrayNode updates() {
    return list(true);
  }

  private ArrayNode list(boolean isUpdate) {
    ArrayNode list = Json.object().putArray("histograms");
    for (Parameter parameter : parameters) {
      Histogram histogram = new Histogram();
      for (long at = parameter.start; at < parameter.end; at += CHUNK) {
        histogram.measure(values, load(parameter, at, isUpdate));
      }
      for (long at = parameter.start; at < parameter.end; at += CHUNK) {
        histogram.count(values, load(parameter, at, isUpdate));
      }
      ObjectNode json =
          Json.object().put("layer", parameter.layer).put("parameter", parameter.name);
      json.setAll(histogram.toJson());
      list.add(json);
    }
    return list;
  }

  /** Loads the values from one on; how many. */
  private int load(Parameter parameter, long at, boolean isUpdate) {
    int length = (int) Math.min(CHUNK, parameter.end - at);
    FloatMemory.at(all.address() + at * Float.BYTES, length).get(values, 0, length);
    if (isUpdate) {
      for (int i = 0; i < length; i++) values[i] -= before[(int) at + i];
    }
    return length;
  }

  private static Layer[] layers(Model network) {
    return network instanceof MultiLayerNetwork
        ? ((MultiLayerNetwork) network).getLayers()
        : ((ComputationGraph) network).getLayers();
  }
}
