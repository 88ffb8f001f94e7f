package org.sparkdl4j.plan;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** The forward pass of a graph of layers, as it was added to a chain. */
final class ForwardSteps {
  private final Map<PlanLayer, Tensor> outputs = new IdentityHashMap<>();
  private final Tensor last;
  private FiniteCheck inputCheck;

  /** Adds the layers' steps; pictures are checked where nothing is trained. */
  ForwardSteps(PlanGraph graph, Chain chain) {
    Map<PlanLayer, Integer> readers = graph.readers();
    for (PlanLayer layer : graph.layers()) {
      List<Tensor> inputs = new ArrayList<>();
      for (PlanLayer input : layer.inputs()) inputs.add(outputs.get(input));
      chain.freeze(layer.isFrozen());
      Tensor tensor = layer.forward(chain, inputs);
      chain.freeze(false);
      if (layer.isFrozen() && chain.isTraining()) tensor = tensor.withoutGradient();
      inputs.forEach(Tensor::hasBeenRead);
      tensor.readBy(readers.getOrDefault(layer, 0));
      outputs.put(layer, tensor);
      if (inputs.isEmpty() && !chain.isTraining()) inputCheck = new FiniteCheck(chain, tensor);
    }
    List<PlanLayer> layers = graph.layers();
    last = outputs.get(layers.get(layers.size() - 1));
  }

  Tensor output(PlanLayer layer) {
    return outputs.get(layer);
  }

  /** What the last layer puts out. */
  Tensor last() {
    return last;
  }

  /** Which pictures are finite; null in training. */
  FiniteCheck inputCheck() {
    return inputCheck;
  }
}
