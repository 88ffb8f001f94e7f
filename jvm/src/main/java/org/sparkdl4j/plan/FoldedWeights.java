package org.sparkdl4j.plan;

import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.format_tag;
import org.bytedeco.javacpp.FloatPointer;
import org.sparkdl4j.onednn.FloatMemory;
import org.sparkdl4j.onednn.NativeAddress;
import org.sparkdl4j.onednn.NativeObjects;
import org.sparkdl4j.onednn.OneDnn;
import org.sparkdl4j.onednn.Step;

/**
 * Weights and bias that do the batch normalisation after them as well: each output's weights times
 * its factor, and the bias with its term.
 */
final class FoldedWeights extends DerivedParameters {
  private static final int CHUNK = 8192;

  private final Weights weights;
  private final RunningStatistics statistics;
  private final NativeObjects objects = new NativeObjects();
  private final Arena rowsArena = new Arena();
  private final SpareMemory spare;
  private final long biasOffset;
  private final int outputs;
  private final long perOutput;
  private final memory rows;
  private final memory folded;
  private final memory bias;
  private final Step toRows;
  private final Step toWanted;

  /**
   * Weights that follow from a layer's own.
   *
   * @param plain the layer's weights as DL4J has them in memory
   * @param dimensions of the weights, outputs first
   * @param biasOffset of the layer's bias, or {@link WeightedPlan#NONE}
   */
  FoldedWeights(
      Weights weights,
      RunningStatistics statistics,
      String layer,
      memory.desc plain,
      long[] dimensions,
      long weightsOffset,
      long biasOffset,
      memory.desc wanted) {
    this.weights = weights;
    spare = weights.spareMemory();
    this.statistics = statistics;
    this.biasOffset = biasOffset;
    long all = 1;
    for (long size : dimensions) all *= size;
    outputs =
        Math.toIntExact(dimensions.length == 5 ? dimensions[0] * dimensions[1] : dimensions[0]);
    perOutput = all / outputs;
    memory.desc rowDesc = objects.keep(OneDnn.desc(dimensions, rowFormat(dimensions.length)));
    rows = objects.keep(new memory(rowDesc, OneDnn.ENGINE, new NativeAddress(0)));
    folded = objects.keep(new memory(wanted, OneDnn.ENGINE, new NativeAddress(0)));
    memory.desc biasDesc = OneDnn.desc(new long[] {outputs}, format_tag.x);
    bias = objects.keep(new memory(biasDesc, OneDnn.ENGINE));
    toRows =
        Step.reorder(
            objects,
            layer + ".weights",
            plain,
            weights.parameters(objects, plain, weightsOffset),
            rowDesc,
            rows);
    toWanted = Step.reorder(objects, layer + ".weights", rowDesc, rows, wanted, folded);
  }

  memory weights() {
    return folded;
  }

  memory bias() {
    return bias;
  }

  @Override
  void derive() {
    float[] factors = new float[outputs];
    float[] terms = new float[outputs];
    statistics.asLinear(weights, factors, terms);
    if (biasOffset != WeightedPlan.NONE) {
      float[] own = new float[outputs];
      weights.parameters(biasOffset, outputs).get(own);
      for (int i = 0; i < outputs; i++) terms[i] += own[i] * factors[i];
    }
    FloatMemory.at(OneDnn.address(bias), outputs).put(terms);
    rowsArena.provide(rows);
    toRows.run();
    float[] chunk = new float[(int) Math.min(CHUNK, perOutput)];
    long start = OneDnn.address(rows);
    for (int i = 0; i < outputs; i++) {
      for (long at = 0; at < perOutput; at += chunk.length) {
        int length = (int) Math.min(chunk.length, perOutput - at);
        FloatPointer part = FloatMemory.at(start + (i * perOutput + at) * Float.BYTES, length);
        part.get(chunk, 0, length);
        for (int k = 0; k < length; k++) chunk[k] *= factors[i];
        part.put(chunk, 0, length);
      }
    }
    spare.provide(folded, weights.isTraining());
    toWanted.run();
    rowsArena.close();
  }

  @Override
  boolean isLost() {
    return spare.isLost();
  }

  @Override
  void free() {
    spare.free();
  }

  @Override
  void release() {
    spare.free();
    objects.close();
  }

  private static format_tag rowFormat(int dimensions) {
    switch (dimensions) {
      case 2:
        return format_tag.oi;
      case 4:
        return format_tag.oihw;
      default:
        return format_tag.goihw;
    }
  }
}
