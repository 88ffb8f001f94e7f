package org.sparkdl4j.plan;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.memory;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.Layer;

/** A network compiled for one batch size, for training or for inference. */
final class CompiledPlan implements AutoCloseable {
  private final Chain chain;
  private final List<PlanLayer> layers = new ArrayList<>();
  private final FiniteCheck inputCheck;
  private final SoftmaxOutput output;
  private final int classes;

  /**
   * Compiles.
   *
   * @param inputShape {@code [height, width, channels]} of the pictures
   * @param count pictures in a minibatch
   */
  // Nothing refers to the scope, and its varargs are generic.
  @SuppressWarnings({"try", "unchecked"})
  CompiledPlan(
      MultiLayerConfiguration configuration,
      int[] inputShape,
      Weights weights,
      int count,
      boolean training) {
    chain = new Chain(weights, training);
    // What nobody keeps is freed at the end of the scope, not by the garbage collector.
    try (PointerScope scope = new PointerScope()) {
      createLayers(configuration);
      List<Tensor> outputs = new ArrayList<>();
      Tensor current = chain.input(new long[] {count, inputShape[2], inputShape[0], inputShape[1]});
      inputCheck = training ? null : new FiniteCheck(chain, current);
      for (PlanLayer layer : layers) {
        current = layer.forward(chain, current);
        outputs.add(current);
      }
      classes = Math.toIntExact(current.dimensions[1]);
      memory gradient = null;
      if (training) {
        gradient = chain.gradient(current.desc);
        addBackward(outputs, gradient);
      }
      chain.finish();
      output =
          new SoftmaxOutput(
              count,
              classes,
              OneDnn.address(current.memory),
              gradient == null ? 0 : OneDnn.address(gradient));
    } catch (RuntimeException | Error e) {
      chain.close();
      throw e;
    }
  }

  /** Forward and backward; the gradients' sums over the minibatch are in DL4J's view then. */
  MinibatchResult gradients(long pictures, int[] labels, float[] sampleWeights, long seed) {
    chain.setInput(pictures);
    chain.runForward(seed);
    MinibatchResult result = output.loss(labels, sampleWeights);
    chain.runBackward();
    return result;
  }

  /** Predicts into memory of {@code [count, classes]} floats. */
  void predict(long pictures, FloatPointer probabilities) {
    chain.setInput(pictures);
    chain.runForward(0);
    float[] rows = output.probabilities();
    inputCheck.spoil(rows, classes);
    probabilities.put(rows, 0, rows.length);
  }

  /** All steps, in the order in which they were compiled. */
  List<Step> steps() {
    return chain.steps();
  }

  @Override
  public void close() {
    chain.close();
  }

  private void createLayers(MultiLayerConfiguration configuration) {
    long offset = 0;
    int number = 0;
    for (NeuralNetConfiguration conf : configuration.getConfs()) {
      Layer layer = conf.getLayer();
      String name = layer.getLayerName() == null ? "layer" + number : layer.getLayerName();
      if (layer.getIDropout() != null && !(layer instanceof DropoutLayer)) {
        layers.add(new DropoutPlan(name, layer.getIDropout(), number));
      }
      layers.add(PlanLayer.kind(layer).of(name, layer, offset, number));
      offset += layer.initializer().numParams(conf);
      number++;
    }
  }

  private void addBackward(List<Tensor> outputs, memory last) {
    memory gradient = last;
    for (int i = layers.size() - 1; i >= 0 && outputs.get(i).hasGradient; i--) {
      Tensor tensor = outputs.get(i);
      PlanLayer layer = layers.get(i);
      tensor.pending().backward(chain, layer.name, tensor.desc, tensor.memory, gradient);
      gradient = layer.backward(chain, gradient);
    }
  }
}
