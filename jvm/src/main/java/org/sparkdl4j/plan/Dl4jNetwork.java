package org.sparkdl4j.plan;

import org.bytedeco.javacpp.FloatPointer;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.CrashReportingUtil;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;

/** The DL4J network that every core holds: parameters, updater state and counters live in it. */
final class Dl4jNetwork implements AutoCloseable {
  static {
    // ND4J must be initialised before anything touches NativeOpsHolder: the other order breaks the
    // JVM for good.
    Nd4j.getEnvironment();
    // DL4J would write a report into the working directory when memory runs out.
    CrashReportingUtil.crashDumpsEnabled(false);
  }

  private final MultiLayerNetwork network;
  private final int[] inputShape;
  private final int classes;
  private boolean closed;

  /** A network with the first weights that the configuration's seed gives. */
  Dl4jNetwork(MultiLayerConfiguration configuration, int[] inputShape) {
    this.inputShape = inputShape.clone();
    network = new MultiLayerNetwork(configuration);
    network.init();
    classes = (int) ((FeedForwardLayer) network.getOutputLayer().conf().getLayer()).getNOut();
  }

  MultiLayerNetwork network() {
    return network;
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
    return network.getUpdater().getStateViewArray();
  }

  void finishEpoch() {
    requireOpen();
    network.incrementEpochCount();
  }

  NetworkState snapshot() {
    requireOpen();
    INDArray updater = updaterState();
    return new NetworkState(
        values(network.params()),
        updater == null ? new float[0] : values(updater),
        network.getIterationCount(),
        network.getEpochCount());
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
    network.setIterationCount(state.iteration());
    network.setEpochCount(state.epoch());
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
