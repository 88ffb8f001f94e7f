package org.sparkdl4j.plan;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.dnnl.memory;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.PreprocessorVertex;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.conf.graph.ShiftVertex;
import org.deeplearning4j.nn.conf.graph.SubsetVertex;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;

/**
 * One operation of a plan, for one batch size: it adds its steps to the chain. A new kind is one
 * subclass and one line in {@link #KINDS}.
 */
abstract class PlanLayer {
  /** Where a layer stands in DL4J's network. */
  static final class Place {
    final String name;

    /** Of the layer's first parameter in DL4J's flattened view. */
    final long offset;

    /** The layer's number in DL4J's network: it makes its random numbers others than another's. */
    final int number;

    Place(String name, long offset, int number) {
      this.name = name;
      this.offset = offset;
      this.number = number;
    }
  }

  /** How one kind of DL4J's layers or vertices becomes part of a plan. */
  abstract static class Kind<T> {
    private final Class<T> type;

    Kind(Class<T> type) {
      this.type = type;
    }

    /** What of the settings the plan lacks, or null when it lacks nothing. */
    abstract String lacks(T conf);

    /** The operations, each of which but the first reads the one before. */
    abstract List<PlanLayer> create(Place place, T conf);

    final String lacking(Object conf) {
      return lacks(type.cast(conf));
    }

    final List<PlanLayer> of(Place place, Object conf) {
      return create(place, type.cast(conf));
    }
  }

  private static final Map<Class<?>, Kind<?>> KINDS = new LinkedHashMap<>();

  static {
    KINDS.put(ConvolutionLayer.class, new ConvolutionPlan.Kind());
    KINDS.put(SubsamplingLayer.class, new PoolingPlan.Kind());
    KINDS.put(DenseLayer.class, DensePlan.HIDDEN);
    KINDS.put(OutputLayer.class, DensePlan.OUTPUT);
    KINDS.put(ActivationLayer.class, new ActivationPlan.Kind());
    KINDS.put(DepthwiseConvolution2D.class, new DepthwiseConvolution());
    KINDS.put(SeparableConvolution2D.class, new SeparableConvolution());
    KINDS.put(ZeroPaddingLayer.class, new ZeroPaddingPlan.Kind());
    KINDS.put(GlobalPoolingLayer.class, PoolingPlan.GLOBAL);
    KINDS.put(BatchNormalization.class, new BatchNormPlan.Kind());
    KINDS.put(ElementWiseVertex.class, new ElementWise());
    KINDS.put(MergeVertex.class, new ConcatPlan.Kind());
    KINDS.put(SubsetVertex.class, new SubsetPlan.Kind());
    KINDS.put(PreprocessorVertex.class, new FlattenPlan.Kind());
    KINDS.put(ScaleVertex.class, LinearPlan.SCALE);
    KINDS.put(ShiftVertex.class, LinearPlan.SHIFT);
    KINDS.put(DropoutLayer.class, new DropoutPlan.Kind());
  }

  final String name;

  private List<PlanLayer> inputs = new ArrayList<>();
  private boolean isFrozen;

  PlanLayer(String name) {
    this.name = name;
  }

  /** How DL4J's layers or vertices of this class become part of a plan, or null. */
  static Kind<?> kind(Object conf) {
    return KINDS.get(conf.getClass());
  }

  final List<PlanLayer> inputs() {
    return inputs;
  }

  /** Makes it read others. */
  final void read(List<PlanLayer> layers) {
    inputs = new ArrayList<>(layers);
  }

  /** Has training leave it as it is, and compute it as predictions do. */
  final void freeze() {
    isFrozen = true;
  }

  final boolean isFrozen() {
    return isFrozen;
  }

  /** Whether the output is the input, so that the layer can be left out. */
  boolean isIdentity(boolean training) {
    return false;
  }

  /**
   * Takes over the only layer that reads its output, if it can: the follower is left out then, and
   * what it read beside becomes input of this layer, after its own ones.
   */
  boolean fuse(PlanLayer follower, boolean training) {
    return false;
  }

  /**
   * The height and width of its output, where the first rows and columns of that need no more than
   * the first ones of its only input; null where a layer needs all of its input.
   *
   * @param input height and width of the input
   */
  long[] outputSize(long[] input) {
    return null;
  }

  /**
   * Puts out nothing but the first rows and columns from now on; only where there is an {@link
   * #outputSize}.
   *
   * @param input height and width of the whole input
   * @param wanted height and width of the output
   * @return how much of the input it needs for them, which is all that it gets
   */
  long[] crop(long[] input, long[] wanted) {
    return wanted;
  }

  /** Adds the steps from inputs to output, for training or for inference as the chain says. */
  abstract Tensor forward(Chain chain, List<Tensor> inputs);

  /**
   * Adds the steps from the gradient of the output to those of the parameters, and contributes to
   * those of the inputs that have one.
   *
   * @param gradient in the format of the output
   */
  abstract void backward(Chain chain, memory gradient);
}
