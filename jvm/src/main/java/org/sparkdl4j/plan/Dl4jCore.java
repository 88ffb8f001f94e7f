package org.sparkdl4j.plan;

import java.lang.reflect.Field;
import org.bytedeco.javacpp.FloatPointer;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.layers.convolution.ConvolutionLayer;
import org.deeplearning4j.nn.layers.mkldnn.MKLDNNConvHelper;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.deeplearning4j.util.CrashReportingUtil;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;

/** DL4J itself as the core, with its oneDNN convolution switched on (4 to 8 times faster). */
public final class Dl4jCore implements NetworkCore {
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
  private final Outcome outcome = new Outcome();

  private INDArray features;
  private INDArray oneHot;
  private boolean closed;

  /**
   * A core with the first weights that the configuration's seed gives.
   *
   * @param configuration DL4J's configuration
   * @param inputShape {@code [height, width, channels]} of the pictures
   */
  public Dl4jCore(MultiLayerConfiguration configuration, int[] inputShape) {
    this.inputShape = inputShape.clone();
    network = new MultiLayerNetwork(configuration);
    network.init();
    network.setListeners(outcome);
    for (Layer layer : network.getLayers()) useOneDnn(layer);
    FeedForwardLayer output = (FeedForwardLayer) network.getOutputLayer().conf().getLayer();
    classes = (int) output.getNOut();
  }

  @Override
  public int[] inputShape() {
    return inputShape.clone();
  }

  @Override
  public int classes() {
    return classes;
  }

  @Override
  public synchronized MinibatchResult train(FloatPointer pictures, int[] labels, long seed) {
    requireOpen();
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
    requireOpen();
    try (INDArray output = network.output(wrap(pictures, count), false)) {
      float[] rows = rows(output);
      probabilities.put(rows, 0, rows.length);
    }
    NativeGarbage.OF_JVM.collectWhenMuch();
  }

  @Override
  public synchronized void finishEpoch() {
    requireOpen();
    network.incrementEpochCount();
  }

  @Override
  public synchronized NetworkState snapshot() {
    requireOpen();
    INDArray updater = network.getUpdater().getStateViewArray();
    return new NetworkState(
        values(network.params()),
        updater == null ? new float[0] : values(updater),
        network.getIterationCount(),
        network.getEpochCount());
  }

  @Override
  public synchronized void restore(NetworkState state) {
    requireOpen();
    INDArray updater = network.getUpdater().getStateViewArray();
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

  @Override
  public MultiLayerNetwork network() {
    return network;
  }

  @Override
  public void releaseThread() {
    Nd4j.getWorkspaceManager().destroyAllWorkspacesForCurrentThread();
  }

  @Override
  public synchronized void close() {
    if (closed) return;
    closed = true;
    // Not MultiLayerNetwork.close(): that does the same and then a full garbage collection.
    free(network.getUpdater().getStateViewArray());
    free(network.getGradientsViewArray());
    free(network.params());
    free(features);
    free(oneHot);
    releaseThread();
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
    long pictureSize = (long) inputShape[0] * inputShape[1] * inputShape[2];
    if (count < 1 || pictures.limit() - pictures.position() < count * pictureSize) {
      throw new IllegalArgumentException(
          count
              + " pictures of "
              + pictureSize
              + " floats in memory for "
              + (pictures.limit() - pictures.position()));
    }
    long address = pictures.address() + pictures.position() * Float.BYTES;
    if (features != null && features.size(0) == count && features.data().address() == address) {
      return features;
    }
    free(features);
    features =
        Nd4j.create(
            Nd4j.createBuffer(
                FloatMemory.at(address, count * pictureSize), count * pictureSize, DataType.FLOAT),
            new long[] {count, inputShape[2], inputShape[0], inputShape[1]});
    return features;
  }

  private INDArray oneHot(int[] labels) {
    float[] rows = new float[labels.length * classes];
    for (int i = 0; i < labels.length; i++) {
      if (labels[i] < 0 || labels[i] >= classes) {
        throw new SparkDl4jException(
            ErrorCode.DATA_LABELS,
            "label " + labels[i] + " is not one of the classes 0 to " + (classes - 1));
      }
      rows[i * classes + labels[i]] = 1;
    }
    if (oneHot == null || oneHot.size(0) != labels.length) {
      free(oneHot);
      oneHot = Nd4j.createUninitialized(DataType.FLOAT, new long[] {labels.length, classes}, 'c');
    }
    memory(oneHot).put(rows, 0, rows.length);
    return oneHot;
  }

  private void requireOpen() {
    if (closed)
      throw new SparkDl4jException(ErrorCode.TRAINING_STATE, "the network was closed already");
  }

  private static FloatPointer memory(INDArray array) {
    return FloatMemory.at(array.data().address(), array.length());
  }

  private static float[] values(INDArray array) {
    float[] values = new float[Math.toIntExact(array.length())];
    memory(array).get(values, 0, values.length);
    return values;
  }

  /** A matrix row by row, whatever order DL4J chose for it. */
  private static float[] rows(INDArray matrix) {
    float[] values = values(matrix);
    if (matrix.stride(1) == 1) return values;
    float[] rows = new float[values.length];
    int columns = (int) matrix.size(1);
    for (int i = 0; i < rows.length; i++) {
      rows[i] = values[i / columns * matrix.stride(0) + i % columns * matrix.stride(1)];
    }
    return rows;
  }

  private static void free(INDArray array) {
    if (array != null && array.closeable()) array.close();
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
