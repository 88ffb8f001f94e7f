package org.sparkdl4j.update;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.LongToDoubleFunction;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.api.Trainable;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.updater.UpdaterBlock;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.sparkdl4j.dl4j.Dl4jNetwork;

/**
 * DL4J's update of the parameters, on its own flattened views of parameters, gradients and updater
 * state, in the order of its BaseMultiLayerUpdater. Several threads share the work on a large
 * network; how many does not change the result.
 */
public final class FlatUpdater {
  /** Below this many parameters, waking a thread takes longer than it saves. */
  private static final long PARALLEL = 1 << 17;

  private final Dl4jNetwork network;
  private final List<ParameterUpdate> parameters = new ArrayList<>();
  private final List<UpdateChunk> chunks = new ArrayList<>();
  private final List<GradientNormalizer> normalizers = new ArrayList<>();

  // Those of parameters that are trained.
  private List<UpdateChunk> trained;
  private List<UpdateChunk> measured;
  private List<GradientNormalizer> normalizing;
  private final UpdateChunk.Arrays[] threads;

  /**
   * An updater of the network's parameters where they are.
   *
   * @param threads threads that may share the work; 0 for all processors of the process
   */
  public FlatUpdater(Dl4jNetwork network, int threads) {
    this.network = network;
    Map<Trainable, List<UpdateChunk>> ofLayers = new IdentityHashMap<>();
    Map<Trainable, Map<Long, List<UpdateChunk>>> ofParameters = new IdentityHashMap<>();
    for (UpdaterBlock block : network.updater().getUpdaterBlocks()) {
      for (UpdaterBlock.ParamState parameter : block.getLayersAndVariablesInBlock()) {
        Trainable layer = parameter.getLayer();
        NavigableSet<Long> starts = starts(layer);
        NavigableMap<Long, UpdateChunk> own = chunks(block, parameter, starts);
        chunks.addAll(own.values());
        GradientNormalization kind = layer.getConfig().getGradientNormalization();
        if (kind == null || kind == GradientNormalization.None) continue;
        if (!GradientNormalizer.isPerParameter(kind)) {
          ofLayers.computeIfAbsent(layer, key -> new ArrayList<>()).addAll(own.values());
          continue;
        }
        Map<Long, List<UpdateChunk>> ofLayer =
            ofParameters.computeIfAbsent(layer, key -> new TreeMap<>());
        own.forEach(
            (at, chunk) ->
                ofLayer.computeIfAbsent(starts.floor(at), key -> new ArrayList<>()).add(chunk));
      }
    }
    ofLayers.forEach(this::normalize);
    ofParameters.forEach(
        (layer, ofLayer) -> ofLayer.values().forEach(own -> normalize(layer, own)));
    multiplyRates(offset -> 1);
    boolean isLarge = network.parameters().length() >= PARALLEL;
    int most = threads == 0 ? Runtime.getRuntime().availableProcessors() : threads;
    this.threads = new UpdateChunk.Arrays[isLarge ? most : 1];
    for (int i = 0; i < this.threads.length; i++) this.threads[i] = new UpdateChunk.Arrays();
  }

  /** What the plan lacks to update a layer's parameters, or null when it lacks nothing. */
  public static String lacks(BaseLayer layer) {
    if (layer.getWeightNoise() != null) return "weight noise";
    String lacking = lacks(layer.getIUpdater());
    if (lacking == null) lacking = lacks(layer.getBiasUpdater());
    if (lacking == null) lacking = lacks(layer.getRegularization());
    return lacking != null ? lacking : lacks(layer.getRegularizationBias());
  }

  private static String lacks(IUpdater updater) {
    boolean known = updater == null || UpdateRule.isKnown(updater);
    return known ? null : updater.getClass().getSimpleName();
  }

  private static String lacks(List<Regularization> list) {
    if (list == null) return null;
    for (Regularization regularization : list) {
      if (!WeightPenalty.isKnown(regularization)) return regularization.getClass().getSimpleName();
    }
    return null;
  }

  /**
   * Has the following updates use shares of the learning rate that differ between parameters,
   * beside what multiplies all of them.
   *
   * @param shares by a parameter's first place in the view; 0 leaves it, and its updater's state,
   *     as it is
   */
  public void multiplyRates(LongToDoubleFunction shares) {
    for (ParameterUpdate parameter : parameters) parameter.multiplyRate(shares);
    trained = new ArrayList<>(chunks);
    trained.removeIf(chunk -> !chunk.update().isTrained());
    normalizing = new ArrayList<>(normalizers);
    normalizing.removeIf(normalizer -> !normalizer.chunks().get(0).update().isTrained());
    measured = new ArrayList<>();
    for (GradientNormalizer normalizer : normalizing) {
      if (normalizer.needsSquares()) measured.addAll(normalizer.chunks());
    }
  }

  /**
   * Updates the parameters, and counts the iteration.
   *
   * @param count pictures in the minibatch, by which the gradients' sums are divided
   * @param share by which the learning rate is multiplied, and with it what depends on it
   * @return whether all gradients were finite
   */
  public boolean update(double count, double share) {
    int iteration = network.iteration();
    for (ParameterUpdate parameter : parameters) {
      parameter.prepare(count, share, iteration, network.epoch());
    }
    if (!measured.isEmpty()) share(measured, UpdateChunk::measure);
    for (GradientNormalizer normalizer : normalizing) normalizer.prepare();
    share(trained, UpdateChunk::run);
    network.setIteration(iteration + 1);
    boolean finite = true;
    for (UpdateChunk.Arrays arrays : threads) finite &= arrays.wereFinite();
    return finite;
  }

  /** Gives each thread a stretch of the chunks. */
  private void share(List<UpdateChunk> all, BiConsumer<UpdateChunk, UpdateChunk.Arrays> work) {
    IntStream.range(0, threads.length)
        .parallel()
        .forEach(
            thread -> {
              int from = (int) ((long) all.size() * thread / threads.length);
              int to = (int) ((long) all.size() * (thread + 1) / threads.length);
              for (int i = from; i < to; i++) work.accept(all.get(i), threads[thread]);
            });
  }

  /** Where the parameters of a layer begin in the view. */
  private static NavigableSet<Long> starts(Trainable layer) {
    NavigableSet<Long> starts = new TreeSet<>();
    for (INDArray parameter : layer.paramTable(false).values()) starts.add(parameter.offset());
    return starts;
  }

  /**
   * The chunks of what the updater takes for one parameter, by their places in the view. DL4J's
   * updater lets the parameters of a depthwise or separable convolution follow each other in
   * another order than they have in the view. It regularises accordingly, but its normalisation
   * takes them from the view: no chunk reaches over one of their true starts.
   */
  private NavigableMap<Long, UpdateChunk> chunks(
      UpdaterBlock block, UpdaterBlock.ParamState parameter, NavigableSet<Long> starts) {
    ParameterUpdate update =
        new ParameterUpdate(
            parameter.getLayer(), parameter.getParamName(), parameter.getParamOffsetStart());
    parameters.add(update);
    long blockLength = block.getParamOffsetEnd() - block.getParamOffsetStart();
    long states = block.getUpdaterViewOffsetEnd() - block.getUpdaterViewOffsetStart();
    NavigableMap<Long, UpdateChunk> own = new TreeMap<>();
    long end;
    for (long at = parameter.getParamOffsetStart(); at < parameter.getParamOffsetEnd(); at = end) {
      end = Math.min(at + UpdateChunk.LENGTH, parameter.getParamOffsetEnd());
      Long next = starts.higher(at);
      if (next != null) end = Math.min(end, next);
      long first = block.getUpdaterViewOffsetStart() + at - block.getParamOffsetStart();
      own.put(
          at,
          new UpdateChunk(
              update,
              (int) (end - at),
              address(network.parameters(), at),
              address(network.gradients(), at),
              states >= blockLength ? address(network.updaterState(), first) : 0,
              // A block has all of its first states before the second ones.
              states >= 2 * blockLength
                  ? address(network.updaterState(), first + blockLength)
                  : 0));
    }
    return own;
  }

  private void normalize(Trainable layer, List<UpdateChunk> own) {
    GradientNormalization kind = layer.getConfig().getGradientNormalization();
    double threshold = layer.getConfig().getGradientNormalizationThreshold();
    GradientNormalizer normalizer = new GradientNormalizer(kind, threshold, own);
    normalizers.add(normalizer);
  }

  private static long address(INDArray view, long offset) {
    return view.data().address() + offset * Float.BYTES;
  }
}
