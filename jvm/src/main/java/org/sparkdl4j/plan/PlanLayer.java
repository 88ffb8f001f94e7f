package org.sparkdl4j.plan;

import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.dnnl.memory;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;

/**
 * One layer of a plan, for one batch size: it adds its steps to the chain. A new kind is one
 * subclass and one line in {@link #KINDS}.
 */
abstract class PlanLayer {
  /** How one kind of DL4J's layers becomes part of a plan. */
  abstract static class Kind<L extends Layer> {
    private final Class<L> type;

    Kind(Class<L> type) {
      this.type = type;
    }

    /** What of the layer's settings the plan lacks, or null when it lacks nothing. */
    abstract String lacks(L layer);

    /**
     * The layer of the plan.
     *
     * @param offset of the layer's first parameter in DL4J's flattened view
     * @param number the layer's number in DL4J's configuration
     */
    abstract PlanLayer create(String name, L layer, long offset, int number);

    final String lacking(Layer layer) {
      return lacks(type.cast(layer));
    }

    final PlanLayer of(String name, Layer layer, long offset, int number) {
      return create(name, type.cast(layer), offset, number);
    }
  }

  private static final Map<Class<?>, Kind<?>> KINDS = new LinkedHashMap<>();

  static {
    KINDS.put(ConvolutionLayer.class, new ConvolutionPlan.Kind());
    KINDS.put(SubsamplingLayer.class, new PoolingPlan.Kind());
    KINDS.put(DenseLayer.class, DensePlan.HIDDEN);
    KINDS.put(OutputLayer.class, DensePlan.OUTPUT);
    KINDS.put(DropoutLayer.class, new DropoutPlan.Kind());
  }

  final String name;

  PlanLayer(String name) {
    this.name = name;
  }

  /** How layers of DL4J's class become part of a plan, or null when the plan lacks them. */
  static Kind<?> kind(Layer layer) {
    return KINDS.get(layer.getClass());
  }

  /** Adds the steps from input to output, for training or for inference as the chain says. */
  abstract Tensor forward(Chain chain, Tensor input);

  /**
   * Adds the steps from the gradient of the output to those of the parameters and the input.
   *
   * @param gradient in the format of the output
   * @return the gradient of the input, in its format; null when nobody needs it
   */
  abstract memory backward(Chain chain, memory gradient);
}
