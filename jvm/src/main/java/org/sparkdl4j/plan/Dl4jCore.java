package org.sparkdl4j.plan;

import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.FloatPointer;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.layers.convolution.ConvolutionLayer;
import org.deeplearning4j.nn.layers.mkldnn.MKLDNNConvHelper;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;

/** DL4J itself as the core, with its oneDNN convolution switched on (4 to 8 times faster). */
public final class Dl4jCore implements NetworkCore {
  private final Dl4jNetwork held;
  private final MultiLayerNetwork network;
  private final int classes;
  private final Outcome outcome = new Outcome();

  private INDArray features;
  private INDArray oneHot;

  /**
   * A core with the first weights that the configuration's seed gives.
   *
   * @param configuration DL4J's configuration
   * @param inputShape {@code [height, width, channels]} of the pictures
   */
  public Dl4jCore(MultiLayerConfiguration configuration, int[] inputShape) {
    held = new Dl4jNetwork(configuration, inputShape);
    network = held.network();
    classes = held.classes();
    network.setListeners(outcome);
    for (Layer layer : network.getLayers()) useOneDnn(layer);
  }

  @Override
  public int[] inputShape() {
    return held.inputShape();
  }

  @Override
  public int classes() {
    return classes;
  }

  @Override
  public synchronized MinibatchResult train(
      FloatPointer pictures, int[] labels, float[] sampleWeights, long seed) {
    held.requireOpen();
    INDArray x = wrap(pictures, labels.length);
    INDArray y = oneHot(labels);
    // ND4J takes 0 for "seed from the clock".
    Nd4j.getRandom().setSeed(seed == 0 ? 1 : seed);
    outcome.labels = labels;
    network.fit(x, y);
    NativeGarbage.OF_JVM.collectWhenMuch();
    return outcome.result;
  }

  @Override
  public synchronized void predict(FloatPointer pictures, int count, FloatPointer probabilities) {
    held.requireOpen();
    try (INDArray output = network.output(wrap(pictures, count), false)) {
      float[] rows = rows(output);
      probabilities.put(rows, 0, rows.length);
    }
    NativeGarbage.OF_JVM.collectWhenMuch();
  }

  @Override
  public synchronized void finishEpoch() {
    held.finishEpoch();
  }

  @Override
  public synchronized NetworkState snapshot() {
    return held.snapshot();
  }

  @Override
  public synchronized void restore(NetworkState state) {
    held.restore(state);
  }

  @Override
  public MultiLayerNetwork network() {
    return network;
  }

  @Override
  public List<LayerExecution> executions(int batchSize) {
    List<LayerExecution> executions = new ArrayList<>();
    for (Layer layer : network.getLayers()) {
      executions.add(new LayerExecution(layer.conf().getLayer().getLayerName(), "dl4j", ""));
    }
    return executions;
  }

  @Override
  public void releaseThread() {
    Dl4jNetwork.releaseThread();
  }

  @Override
  public synchronized void close() {
    if (held.isClosed()) return;
    Dl4jNetwork.free(features);
    Dl4jNetwork.free(oneHot);
    held.close();
  }

  private static void useOneDnn(Layer layer) {
    // DL4J 1.0.0-M2.1 never creates this helper: its own check looks for a class that no longer
    // exists.
    // Pooling needs none: forward ignores it, and backward runs the same native operation without.
    if (!(layer instanceof ConvolutionLayer)) return;
    try {
      Field helper = ConvolutionLayer.class.getDeclaredField("helper");
      helper.setAccessible(true);
      helper.set(layer, new MKLDNNConvHelper(DataType.FLOAT));
    } catch (ReflectiveOperationException e) {
      throw new SparkDl4jException(
          ErrorCode.INTERNAL, "this version of DL4J has no helper for convolutions", e);
    }
  }

  /** The caller's memory as DL4J's array, without a copy. */
  private INDArray wrap(FloatPointer pictures, int count) {
    long address = held.address(pictures, count);
    if (features != null && features.size(0) == count && features.data().address() == address) {
      return features;
    }
    Dl4jNetwork.free(features);
    long floats = count * held.pictureSize();
    int[] shape = held.inputShape();
    features =
        Nd4j.create(
            Nd4j.createBuffer(FloatMemory.at(address, floats), floats, DataType.FLOAT),
            new long[] {count, shape[2], shape[0], shape[1]});
    return features;
  }

  private INDArray oneHot(int[] labels) {
    held.requireLabels(labels);
    float[] rows = new float[labels.length * classes];
    for (int i = 0; i < labels.length; i++) rows[i * classes + labels[i]] = 1;
    if (oneHot == null || oneHot.size(0) != labels.length) {
      Dl4jNetwork.free(oneHot);
      oneHot = Nd4j.createUninitialized(DataType.FLOAT, new long[] {labels.length, classes}, 'c');
    }
    Dl4jNetwork.memory(oneHot).put(rows, 0, rows.length);
    return oneHot;
  }

  /** A matrix row by row, whatever order DL4J chose for it. */
  private static float[] rows(INDArray matrix) {
    float[] values = Dl4jNetwork.values(matrix);
    if (matrix.stride(1) == 1) return values;
    float[] rows = new float[values.length];
    int columns = (int) matrix.size(1);
    for (int i = 0; i < rows.length; i++) {
      rows[i] = values[i / columns * matrix.stride(0) + i % columns * matrix.stride(1)];
    }
    return rows;
  }

  /**
   * Reads loss and hits while DL4J still holds the forward pass. DL4J's own score cannot serve: it
   * includes the regularisation terms. Only the output layer is computed again.
   */
  private final class Outcome extends BaseTrainingListener {
    private int[] labels;
    private MinibatchResult result;

    @Override
    public void onBackwardPass(Model model) {
      try (INDArray output =
          network.getOutputLayer().activate(false, LayerWorkspaceMgr.noWorkspaces())) {
        float[] rows = rows(output);
        double lossSum = 0;
        int hits = 0;
        for (int i = 0; i < labels.length; i++) {
          lossSum += CrossEntropy.of(rows[i * classes + labels[i]]);
          if (CrossEntropy.argMax(rows, i * classes, classes) == labels[i]) hits++;
        }
        result = new MinibatchResult(lossSum, hits);
      }
    }
  }
}
