package org.sparkdl4j.dl4j;

import java.util.List;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.updater.BaseMultiLayerUpdater;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.sparkdl4j.network.LossSpec;
import org.sparkdl4j.network.NetworkConfiguration;

/**
 * What DL4J's two kinds of network both do, though by no interface of theirs: {@link
 * org.deeplearning4j.nn.multilayer.MultiLayerNetwork} and {@link
 * org.deeplearning4j.nn.graph.ComputationGraph}.
 */
public interface Dl4jModel {
  Model network();

  /** DL4J's configuration, which counts iterations and epochs, with the loss that it stands for. */
  NetworkConfiguration configuration(LossSpec loss);

  BaseMultiLayerUpdater<?> updater();

  /** Allocates the gradients' view. */
  void initGradients();

  int iteration();

  void setIteration(int iteration);

  int epoch();

  void setEpoch(int epoch);

  Layer[] layers();

  Layer outputLayer();

  /** The names of all that is computed, in the order of computing. */
  List<String> steps();

  /**
   * Trains on one minibatch.
   *
   * @param features {@code [n, channels, height, width]}
   * @param labels {@code [n, classes]}
   */
  void fit(INDArray features, INDArray labels);

  /** Predicts {@code [n, classes]}, in memory that belongs to the caller. */
  INDArray output(INDArray features);
}
