package org.sparkdl4j.dl4j;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.updater.BaseMultiLayerUpdater;
import org.deeplearning4j.nn.updater.UpdaterBlock;
import org.deeplearning4j.util.CrashReportingUtil;
import org.nd4j.linalg.api.memory.MemoryWorkspaceManager;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.IUpdater;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.minibatch.Targets;
import org.sparkdl4j.network.LossSpec;
import org.sparkdl4j.network.NetworkConfiguration;
import org.sparkdl4j.onednn.FloatMemory;
import org.sparkdl4j.onednn.NativeAddress;

/**
 * The DL4J network that every core holds, of either kind: parameters, updater state and counters
 * live in it.
 */
public final class Dl4jNetwork implements AutoCloseable {
  static {
    // ND4J must be initialised before anything touches NativeOpsHolder: the other order breaks the
    // JVM for good.
    Nd4j.getEnvironment();
    // DL4J would write a report into the working directory when memory runs out.
    CrashReportingUtil.crashDumpsEnabled(false);
  }

  /**
   * Bytes of parameters from which garbage is collected when a network is closed: copies of them
   * that DL4J has made hold memory that the collector does not see. With less, the collection,
   * which stops all threads, would cost more than what waits for the next one.
   */
  private static final long LARGE = 16 << 20;

  /** Parameters that are looked at together: they stay in the processor's cache. */
  private static final int CHUNK = 8192;

  /** Floats that one buffer is laid over. */
  private static final int LARGEST_BUFFER = 1 << 22;

  private final Dl4jModel model;
  private final LossSpec loss;
  private final int[] inputShape;
  private final int classes;
  private boolean closed;

  /**
   * A network with the first weights that the configuration's seed gives.
   *
   * @param configuration stays as it is: the network counts its iterations in a copy
   * @param inputShape {@code [height, width, channels]} of the pictures
   */
  public Dl4jNetwork(NetworkConfiguration configuration, int[] inputShape) {
    this.inputShape = inputShape.clone();
    loss = configuration.loss();
    model =
        configuration.isGraph()
            ? new Dl4jGraph(configuration.graph().clone())
            : new Dl4jLayers(configuration.layers().clone());
    classes = (int) ((FeedForwardLayer) model.outputLayer().conf().getLayer()).getNOut();
  }

  public Dl4jModel model() {
    return model;
  }

  public Model network() {
    return model.network();
  }

  /** The network's own configuration, with the current counters. */
  public NetworkConfiguration configuration() {
    return model.configuration(loss);
  }

  public int[] inputShape() {
    return inputShape.clone();
  }

  public int classes() {
    return classes;
  }

  public INDArray parameters() {
    return network().params();
  }

  /** The gradients' view, in the order of the parameters. */
  public INDArray gradients() {
    if (network().getGradientsViewArray() == null) model.initGradients();
    return network().getGradientsViewArray();
  }

  public BaseMultiLayerUpdater<?> updater() {
    return model.updater();
  }

  /** The updater's state, or null for updaters without any. */
  public INDArray updaterState() {
    return updater().getStateViewArray();
  }

  /** The learning rate that the configuration says for the next minibatch; 0 without any. */
  public double learningRate() {
    for (UpdaterBlock block : updater().getUpdaterBlocks()) {
      UpdaterBlock.ParamState first = block.getLayersAndVariablesInBlock().get(0);
      IUpdater config = first.getLayer().getConfig().getUpdaterByParam(first.getParamName());
      if (config.hasLearningRate()) return config.getLearningRate(iteration(), epoch());
    }
    return 0;
  }

  /** Minibatches trained so far. */
  public int iteration() {
    return model.iteration();
  }

  public void setIteration(int iteration) {
    model.setIteration(iteration);
  }

  /** Epochs finished so far. */
  public int epoch() {
    return model.epoch();
  }

  public void setEpoch(int epoch) {
    model.setEpoch(epoch);
  }

  /** A copy of what training changes, in the arrays of an earlier one if there is such a one. */
  public NetworkState snapshot(NetworkState replaced) {
    requireOpen();
    INDArray updater = updaterState();
    int updaterLength = updater == null ? 0 : Math.toIntExact(updater.length());
    int length = Math.toIntExact(parameters().length());
    float[] values = replaced == null ? new float[length] : replaced.parameters();
    float[] updaterValues = replaced == null ? new float[updaterLength] : replaced.updater();
    memory(parameters()).get(values, 0, length);
    if (updater != null) memory(updater).get(updaterValues, 0, updaterLength);
    return new NetworkState(values, updaterValues, iteration(), epoch());
  }

  /** Bytes of parameters and updater state. */
  public long stateBytes() {
    requireOpen();
    INDArray updater = updaterState();
    return (parameters().length() + (updater == null ? 0 : updater.length())) * Float.BYTES;
  }

  /**
   * Writes parameters, updater state and counters as they are in memory, for this process to read.
   *
   * @throws IOException of the channel
   */
  public void writeState(FileChannel file) throws IOException {
    requireOpen();
    ByteBuffer counters = ByteBuffer.allocate(2 * Integer.BYTES);
    counters.putInt(iteration()).putInt(epoch()).flip();
    while (counters.hasRemaining()) file.write(counters);
    for (ByteBuffer part : stateMemory()) {
      while (part.hasRemaining()) file.write(part);
    }
  }

  /**
   * Reads what {@link #writeState} of this network wrote.
   *
   * @param file at its beginning
   * @throws IOException of the channel, or when it ends too soon
   */
  public void readState(FileChannel file) throws IOException {
    requireOpen();
    ByteBuffer counters = ByteBuffer.allocate(2 * Integer.BYTES);
    readFully(file, counters);
    for (ByteBuffer part : stateMemory()) readFully(file, part);
    counters.flip();
    setIteration(counters.getInt());
    setEpoch(counters.getInt());
  }

  /** The memory of parameters and updater state, in parts that a buffer can be laid over. */
  private List<ByteBuffer> stateMemory() {
    List<ByteBuffer> parts = new ArrayList<>();
    INDArray updater = updaterState();
    for (INDArray array :
        updater == null ? List.of(parameters()) : List.of(parameters(), updater)) {
      FloatPointer all = memory(array);
      for (long at = 0; at < all.limit(); at += LARGEST_BUFFER) {
        long floats = Math.min(LARGEST_BUFFER, all.limit() - at);
        NativeAddress start = new NativeAddress(all.address() + at * Float.BYTES);
        parts.add(new BytePointer(start).capacity(floats * Float.BYTES).asByteBuffer());
      }
    }
    return parts;
  }

  private static void readFully(FileChannel file, ByteBuffer into) throws IOException {
    while (into.hasRemaining()) {
      if (file.read(into) < 0) throw new EOFException("the state ends too soon");
    }
  }

  /** Whether no parameter is NaN or infinite. */
  public boolean hasFiniteParameters() {
    FloatPointer all = memory(parameters());
    float[] chunk = new float[CHUNK];
    float[] sums = new float[CHUNK];
    for (long at = 0; at < all.limit(); at += CHUNK) {
      int length = (int) Math.min(CHUNK, all.limit() - at);
      FloatMemory.at(all.address() + at * Float.BYTES, length).get(chunk, 0, length);
      // Zero times a number is zero; times NaN or infinity it is NaN. No branch, no reduction.
      for (int i = 0; i < length; i++) sums[i] += chunk[i] * 0;
    }
    for (float sum : sums) {
      if (sum != 0) return false;
    }
    return true;
  }

  public void restore(NetworkState state) {
    requireOpen();
    INDArray updater = updaterState();
    long updaterLength = updater == null ? 0 : updater.length();
    if (state.parameters().length != parameters().length()
        || state.updater().length != updaterLength) {
      throw new IllegalArgumentException("the state is that of another network");
    }
    memory(parameters()).put(state.parameters(), 0, state.parameters().length);
    if (updater != null) memory(updater).put(state.updater(), 0, state.updater().length);
    setIteration(state.iteration());
    setEpoch(state.epoch());
  }

  /**
   * Checks what a minibatch says beside its pictures.
   *
   * @throws SparkDl4jException DATA_LABELS
   * @throws IllegalArgumentException when there is another number of weights
   */
  public void requireTargets(Targets targets) {
    for (int[] labels : new int[][] {targets.labels(), targets.others()}) {
      for (int label : labels) {
        if (label < 0 || label >= classes) {
          throw new SparkDl4jException(
              ErrorCode.DATA_LABELS,
              "label " + label + " is not one of the classes 0 to " + (classes - 1));
        }
      }
    }
    float[] weights = targets.weights();
    if (weights != null && weights.length != targets.size()) {
      throw new IllegalArgumentException(
          weights.length + " sample weights for " + targets.size() + " pictures");
    }
  }

  public void requireOpen() {
    if (closed)
      throw new SparkDl4jException(ErrorCode.TRAINING_STATE, "the network was closed already");
  }

  public boolean isClosed() {
    return closed;
  }

  public static void releaseThread() {
    MemoryWorkspaceManager manager = Nd4j.getWorkspaceManager();
    // Not all by ND4J's own call: that does the same and then a full garbage collection.
    manager.getAllWorkspacesForCurrentThread().forEach(manager::destroyWorkspace);
  }

  @Override
  public void close() {
    if (closed) return;
    closed = true;
    boolean isLarge = parameters().length() * Float.BYTES >= LARGE;
    // Not DL4J's own close(), which collects garbage in any case.
    free(updaterState());
    free(network().getGradientsViewArray());
    free(parameters());
    releaseThread();
    if (isLarge) System.gc();
  }

  public static FloatPointer memory(INDArray array) {
    return FloatMemory.at(array.data().address(), array.length());
  }

  public static float[] values(INDArray array) {
    float[] values = new float[Math.toIntExact(array.length())];
    memory(array).get(values, 0, values.length);
    return values;
  }

  public static void free(INDArray array) {
    if (array != null && array.closeable()) array.close();
  }
}
