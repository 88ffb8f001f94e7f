package org.sparkdl4j.plan;

import java.util.Arrays;
import org.bytedeco.javacpp.FloatPointer;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.sparkdl4j.network.LossSpec;
import org.sparkdl4j.network.NetworkConfiguration;

/**
 * A network of DL4J's as DL4J itself computes it, without helpers: what results are compared with.
 * Only focal loss, of which DL4J has none, and sample weights, which it gets wrong, are ours.
 */
final class StockDl4j implements AutoCloseable {
  private final int[] shape;
  private final int classes;
  private final LossSpec loss;
  private final DataType type;
  private final BaseOutputLayer outputConf;
  private final ILossFunction plainLoss;
  private final Dl4jWeightedLoss weightedLoss;

  /** One of both is null. */
  private final MultiLayerNetwork layers;

  private final ComputationGraph graph;

  /**
   * A network with the first weights that the configuration's seed gives.
   *
   * @param shape {@code [height, width, channels]} of the pictures
   */
  StockDl4j(NetworkConfiguration configuration, int[] shape, int classes) {
    this(configuration, shape, classes, DataType.FLOAT);
  }

  /** The same, computed in another type. */
  StockDl4j(NetworkConfiguration configuration, int[] shape, int classes, DataType type) {
    this.shape = shape;
    this.classes = classes;
    this.type = type;
    loss = configuration.loss();
    if (configuration.isGraph()) {
      layers = null;
      ComputationGraph initial = new ComputationGraph(configuration.graph().clone());
      initial.init();
      graph = type == DataType.FLOAT ? initial : initial.convertDataType(type);
    } else {
      graph = null;
      MultiLayerNetwork initial = new MultiLayerNetwork(configuration.layers().clone());
      initial.init();
      layers = type == DataType.FLOAT ? initial : initial.convertDataType(type);
    }
    var output = graph == null ? layers.getOutputLayer() : graph.getOutputLayer(0);
    BaseOutputLayer conf = (BaseOutputLayer) output.conf().getLayer();
    boolean isFocal = loss.kind() == LossSpec.Kind.FOCAL;
    weightedLoss =
        new Dl4jWeightedLoss(isFocal ? new Dl4jFocalLoss(loss.focalGamma()) : conf.getLossFn());
    plainLoss = isFocal ? weightedLoss : conf.getLossFn();
    outputConf = conf;
  }

  float[] parameters() {
    return values(graph == null ? layers.params() : graph.params());
  }

  void setParameters(float[] values) {
    INDArray parameters = graph == null ? layers.params() : graph.params();
    parameters.assign(Nd4j.create(values, parameters.shape(), 'c').castTo(type));
  }

  /** The updater's state, empty of updaters without any. */
  float[] updaterState() {
    INDArray state =
        graph == null
            ? layers.getUpdater().getStateViewArray()
            : graph.getUpdater().getStateViewArray();
    return state == null ? new float[0] : values(state);
  }

  /** Probabilities, row by row. */
  float[] output(FloatPointer pictures, int count) {
    INDArray x = pictures(pictures, count);
    return values(graph == null ? layers.output(x) : graph.outputSingle(x));
  }

  /**
   * Computes the gradients of a minibatch, which {@link #gradients} holds then.
   *
   * @return the loss summed over the minibatch, without penalties
   */
  double computeGradients(FloatPointer pictures, int[] labels, float[] sampleWeights) {
    INDArray x = pictures(pictures, labels.length);
    setWeights(sampleWeights);
    double mean;
    if (graph == null) {
      layers.setInput(x);
      layers.setLabels(rows(labels));
      layers.computeGradientAndScore();
      mean = layers.score() - layers.calcRegularizationScore(true);
    } else {
      graph.setInputs(x);
      graph.setLabels(rows(labels));
      graph.computeGradientAndScore();
      mean = graph.score() - graph.calcRegularizationScore(true);
    }
    return mean * labels.length;
  }

  float[] gradients() {
    return values(graph == null ? layers.getGradientsViewArray() : graph.getGradientsViewArray());
  }

  void fit(FloatPointer pictures, int[] labels, float[] sampleWeights) {
    INDArray x = pictures(pictures, labels.length);
    setWeights(sampleWeights);
    if (graph == null) layers.fit(x, rows(labels));
    else graph.fit(new INDArray[] {x}, new INDArray[] {rows(labels)});
  }

  @Override
  public void close() {
    if (graph == null) layers.close();
    else graph.close();
  }

  private INDArray pictures(FloatPointer pictures, int count) {
    float[] values = new float[count * shape[0] * shape[1] * shape[2]];
    pictures.get(values);
    return Nd4j.create(values, new long[] {count, shape[0], shape[1], shape[2]}, 'c')
        .permute(0, 3, 1, 2)
        .dup('c')
        .castTo(type);
  }

  private INDArray rows(int[] labels) {
    double others = loss.labelSmoothing() / (loss.isSigmoid() ? 2 : classes);
    float[] rows = new float[labels.length * classes];
    Arrays.fill(rows, (float) others);
    for (int i = 0; i < labels.length; i++) {
      rows[i * classes + labels[i]] = (float) (1 - loss.labelSmoothing() + others);
    }
    return Nd4j.create(rows, new long[] {labels.length, classes}, 'c').castTo(type);
  }

  private void setWeights(float[] sampleWeights) {
    outputConf.setLossFn(sampleWeights == null ? plainLoss : weightedLoss);
    weightedLoss.setWeights(
        sampleWeights == null
            ? null
            : Nd4j.create(sampleWeights, new long[] {sampleWeights.length, 1}, 'c').castTo(type));
  }

  private static float[] values(INDArray array) {
    return array.dup('c').data().asFloat();
  }
}
