package org.sparkdl4j.plan;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.FloatPointer;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.api.layers.IOutputLayer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.sparkdl4j.dl4j.Dl4jModel;
import org.sparkdl4j.dl4j.Dl4jNetwork;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.loss.CrossEntropy;
import org.sparkdl4j.loss.MinibatchResult;
import org.sparkdl4j.loss.RowLoss;
import org.sparkdl4j.minibatch.Targets;
import org.sparkdl4j.network.LossSpec;
import org.sparkdl4j.network.NetworkConfiguration;
import org.sparkdl4j.onednn.FloatMemory;

/** DL4J itself as the core, with its oneDNN convolution and normalisation switched on. */
public final class Dl4jCore extends Dl4jBackedCore {
  private final Dl4jModel model;
  private final LossSpec loss;
  private final Dl4jWeightedLoss weightedLoss;
  private final Outcome outcome = new Outcome();

  /** Null until some minibatch is trained with another rate than the configuration's. */
  private Dl4jLearningRate rate;

  private INDArray features;
  private INDArray labelRows;
  private INDArray weights;

  /**
   * A core with the first weights that the configuration's seed gives.
   *
   * @param configuration DL4J's configuration
   * @param inputShape {@code [height, width, channels]} of the pictures
   */
  public Dl4jCore(NetworkConfiguration configuration, int[] inputShape) {
    super(configuration, inputShape);
    model = held.model();
    loss = configuration.loss();
    weightedLoss = useWeightedLoss();
    network().setListeners(outcome);
    for (Layer layer : model.layers()) Dl4jOneDnn.use(layer);
  }

  @Override
  MinibatchResult trainMinibatch(FloatPointer pictures, Targets targets, long seed) {
    held.requireOpen();
    int count = targets.size();
    INDArray x = channelsFirst(pictures, count);
    held.requireTargets(targets);
    labelRows = filled(labelRows, rows(targets), count);
    if (targets.weights() != null) weights = filled(weights, targets.weights(), count);
    weightedLoss.setWeights(targets.weights() == null ? null : weights);
    // ND4J takes 0 for "seed from the clock".
    Nd4j.getRandom().setSeed(seed == 0 ? 1 : seed);
    outcome.targets = targets;
    useLearningRate();
    model.fit(x, labelRows);
    NativeGarbage.OF_JVM.collectWhenMuch();
    return outcome.result;
  }

  @Override
  public int[] readShape() {
    return inputShape();
  }

  @Override
  public int[] takenShape() {
    return inputShape();
  }

  @Override
  public List<String> layerNames() {
    return model.steps();
  }

  @Override
  public void trainLast(int layers, double decay) {
    if (layers < Integer.MAX_VALUE || decay != 1) throw lacking("train some of its layers");
  }

  @Override
  public String lastFrozen(int layers) {
    return null;
  }

  @Override
  public LayerOutputs outputs(String layer) {
    throw lacking("put out what a layer makes of pictures");
  }

  @Override
  public void takeOutputsOf(String layer) {
    if (layer != null) throw lacking("take outputs of a layer");
  }

  private SparkDl4jException lacking(String what) {
    return new SparkDl4jException(
        ErrorCode.NETWORK_INVALID,
        "this network cannot "
            + what
            + ": it runs on DL4J itself, since the compute plan lacks "
            + PlanGraph.lacks(configuration()));
  }

  @Override
  public synchronized void predict(FloatPointer pictures, int count, FloatPointer probabilities) {
    held.requireOpen();
    try (INDArray output = model.output(channelsFirst(pictures, count))) {
      float[] rows = rows(output);
      probabilities.put(rows, 0, rows.length);
    }
    NativeGarbage.OF_JVM.collectWhenMuch();
  }

  @Override
  public int predictionSize(int most) {
    return most;
  }

  @Override
  public String tune(int batchSize) {
    return null;
  }

  @Override
  public String tuning() {
    return null;
  }

  @Override
  public List<LayerExecution> executions(int batchSize) {
    List<LayerExecution> executions = new ArrayList<>();
    for (String step : model.steps()) executions.add(new LayerExecution(step, "dl4j", ""));
    return executions;
  }

  @Override
  void free() {
    Dl4jNetwork.free(features);
    Dl4jNetwork.free(labelRows);
    Dl4jNetwork.free(weights);
  }

  private void useLearningRate() {
    if (rate == null && learningRateShare() != 1) rate = new Dl4jLearningRate(held.updater());
    if (rate != null) rate.scale(learningRateShare(), held.iteration(), held.epoch());
  }

  /** Gives the output layer a configuration of its own: the network's is the one for files. */
  private Dl4jWeightedLoss useWeightedLoss() {
    NeuralNetConfiguration conf = model.outputLayer().conf().clone();
    BaseOutputLayer output = (BaseOutputLayer) conf.getLayer();
    Dl4jWeightedLoss weighted =
        new Dl4jWeightedLoss(
            loss.kind() == LossSpec.Kind.FOCAL
                ? new Dl4jFocalLoss(loss.focalGamma())
                : output.getLossFn());
    output.setLossFn(weighted);
    model.outputLayer().setConf(conf);
    return weighted;
  }

  /** The caller's pictures as DL4J takes them, channels first. */
  private INDArray channelsFirst(FloatPointer pictures, int count) {
    long address = address(pictures, count);
    int[] shape = held.inputShape();
    if (features == null || features.size(0) != count) {
      Dl4jNetwork.free(features);
      features =
          Nd4j.createUninitialized(
              DataType.FLOAT, new long[] {count, shape[2], shape[0], shape[1]}, 'c');
    }
    long floats = count * pictureSize();
    INDArray channelsLast =
        Nd4j.create(
            Nd4j.createBuffer(FloatMemory.at(address, floats), floats, DataType.FLOAT),
            new long[] {count, shape[0], shape[1], shape[2]});
    features.assign(channelsLast.permute(0, 3, 1, 2));
    Dl4jNetwork.free(channelsLast);
    return features;
  }

  /** What the outputs should be, row by row. */
  private float[] rows(Targets targets) {
    int classes = classes();
    float[] rows = new float[targets.size() * classes];
    RowLoss row = RowLoss.of(loss, classes);
    for (int i = 0; i < targets.size(); i++) {
      double[] target = row.target(targets.labels()[i], targets.others()[i], targets.share(i));
      for (int k = 0; k < classes; k++) rows[i * classes + k] = (float) target[k];
    }
    return rows;
  }

  /** The array, or a new one where the number of rows has changed, with the values. */
  private static INDArray filled(INDArray array, float[] values, int rows) {
    INDArray filled = array;
    if (array == null || array.size(0) != rows) {
      Dl4jNetwork.free(array);
      filled =
          Nd4j.createUninitialized(DataType.FLOAT, new long[] {rows, values.length / rows}, 'c');
    }
    Dl4jNetwork.memory(filled).put(values, 0, values.length);
    return filled;
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
    private Targets targets;
    private MinibatchResult result;

    @Override
    public void onBackwardPass(Model network) {
      Layer output = model.outputLayer();
      LayerWorkspaceMgr memory = LayerWorkspaceMgr.noWorkspaces();
      try (INDArray losses = ((IOutputLayer) output).computeScoreForExamples(0, memory);
          INDArray probabilities = output.activate(false, memory)) {
        double lossSum = 0;
        for (int i = 0; i < targets.size(); i++) lossSum += losses.getDouble(i);
        float[] rows = rows(probabilities);
        int hits = 0;
        for (int i = 0; i < targets.size(); i++) {
          if (CrossEntropy.argMax(rows, i * classes(), classes()) == targets.largest(i)) hits++;
        }
        result = new MinibatchResult(lossSum, hits, targets.size());
      }
    }
  }
}
