package org.sparkdl4j.plan;

import org.bytedeco.javacpp.FloatPointer;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.updater.BaseMultiLayerUpdater;
import org.deeplearning4j.util.CrashReportingUtil;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.network.LossSpec;
import org.sparkdl4j.network.NetworkConfiguration;

/** The DL4J network that every core holds: parameters, updater state and counters live in it. */
final class Dl4jNetwork implements AutoCloseable {
  static {
    // ND4J must be initialised before anything touches NativeOpsHolder: the other order breaks the
    // JVM for good.
    Nd4j.getEnvironment();
    // DL4J would write a report into the working directory when memory runs out.
    CrashReportingUtil.crashDumpsEnabled(false);
  }

  private final Model network;
  private final int[] inputShape;
  private final int classes;
  private boolean closed;

  /** A network with the first weights that the configuration's seed gives. */
  Dl4jNetwork(NetworkConfiguration configuration, int[] inputShape) {
    this.inputShape = inputShape.clone();
    if (configuration.isGraph()) {
      ComputationGraph graph = new ComputationGraph(configuration.graph());
      graph.init();
      graph.initGradientsView();
      classes = classes(graph.getOutputLayer(0));
      network = graph;
    } else {
      MultiLayerNetwork layers = new MultiLayerNetwork(configuration.layers());
      layers.init();
      layers.initGradientsView();
      classes = classes(layers.getOutputLayer());
      network = layers;
    }
  }

  Dl4jNetwork(MultiLayerConfiguration configuration, int[] inputShape) {
    this(NetworkConfiguration.of(configuration, LossSpec.CROSS_ENTROPY), inputShape);
  }

  private static int classes(Layer output) {
    return (int) ((FeedForwardLayer) output.conf().getLayer()).getNOut();
  }

  Model network() {
    return network;
  }

  INDArray parameters() {
    return network.params();
  }

  INDArray gradients() {
    return network.getGradientsViewArray();
  }

  BaseMultiLayerUpdater<?> updater() {
    return network instanceof ComputationGraph
        ? ((ComputationGraph) network).getUpdater()
        : (BaseMultiLayerUpdater<?>) ((MultiLayerNetwork) network).getUpdater();
  }

  int iteration() {
    return network instanceof ComputationGraph
        ? ((ComputationGraph) network).getConfiguration().getIterationCount()
        : ((MultiLayerNetwork) network).getIterationCount();
  }

  void setIteration(int iteration) {
    if (network instanceof ComputationGraph) {
      ((ComputationGraph) network).getConfiguration().setIterationCount(iteration);
    } else {
      ((MultiLayerNetwork) network).setIterationCount(iteration);
    }
  }

  void setEpoch(int epoch) {
    if (network instanceof ComputationGraph) {
      ((ComputationGraph) network).getConfiguration().setEpochCount(epoch);
    } else {
      ((MultiLayerNetwork) network).setEpochCount(epoch);
    }
  }

  int epoch() {
    return network instanceof ComputationGraph
        ? ((ComputationGraph) network).getConfiguration().getEpochCount()
        : ((MultiLayerNetwork) network).getEpochCount();
  }

  int[] inputShape() {
    return inputShape.clone();
  }

  int classes() {
    return classes;
  }

  /** Floats in one picture. */
  long pictureSize() {
    return (long) inputShape[0] * inputShape[1] * inputShape[2];
  }

  /** The updater's state, or null for updaters without any. */
  INDArray updaterState() {
    return updater().getStateViewArray();
  }

  void finishEpoch() {
    requireOpen();
    setEpoch(epoch() + 1);
  }

  NetworkState snapshot() {
    requireOpen();
    INDArray updater = updaterState();
    return new NetworkState(
        values(network.params()),
        updater == null ? new float[0] : values(updater),
        iteration(),
        epoch());
  }

  void restore(NetworkState state) {
    requireOpen();
    INDArray updater = updaterState();
    long updaterLength = updater == null ? 0 : updater.length();
    if (state.parameters().length != network.params().length()
        || state.updater().length != updaterLength) {
      throw new IllegalArgumentException("the state is that of another network");
    }
    memory(network.params()).put(state.parameters(), 0, state.parameters().length);
    if (updater != null) memory(updater).put(state.updater(), 0, state.updater().length);
    setIteration(state.iteration());
    setEpoch(state.epoch());
  }

  /**
   * The address of the first of so many pictures.
   *
   * @throws IllegalArgumentException when the memory does not hold them
   */
  long address(FloatPointer pictures, int count) {
    if (count < 1 || pictures.limit() - pictures.position() < count * pictureSize()) {
      throw new IllegalArgumentException(
          count
              + " pictures of "
              + pictureSize()
              + " floats in memory for "
              + (pictures.limit() - pictures.position()));
    }
    return pictures.address() + pictures.position() * Float.BYTES;
  }

  void requireLabels(int[] labels) {
    for (int label : labels) {
      if (label < 0 || label >= classes) {
        throw new SparkDl4jException(
            ErrorCode.DATA_LABELS,
            "label " + label + " is not one of the classes 0 to " + (classes - 1));
      }
    }
  }

  void requireOpen() {
    if (closed)
      throw new SparkDl4jException(ErrorCode.TRAINING_STATE, "the network was closed already");
  }

  boolean isClosed() {
    return closed;
  }

  static void releaseThread() {
    Nd4j.getWorkspaceManager().destroyAllWorkspacesForCurrentThread();
  }

  @Override
  public void close() {
    if (closed) return;
    closed = true;
    // Not MultiLayerNetwork.close(): that does the same and then a full garbage collection.
    free(updaterState());
    free(network.getGradientsViewArray());
    free(network.params());
    releaseThread();
  }

  static FloatPointer memory(INDArray array) {
    return FloatMemory.at(array.data().address(), array.length());
  }

  static float[] values(INDArray array) {
    float[] values = new float[Math.toIntExact(array.length())];
    memory(array).get(values, 0, values.length);
    return values;
  }

  static void free(INDArray array) {
    if (array != null && array.closeable()) array.close();
  }
}
