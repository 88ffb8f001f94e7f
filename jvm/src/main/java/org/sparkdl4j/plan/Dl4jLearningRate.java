package org.sparkdl4j.plan;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.updater.BaseMultiLayerUpdater;
import org.deeplearning4j.nn.updater.UpdaterBlock;
import org.nd4j.linalg.learning.config.IUpdater;

/**
 * The learning rate of DL4J's own updaters. They get configurations of their own, on the state that
 * they have: the network's are the ones for files.
 */
final class Dl4jLearningRate {
  private final List<IUpdater> configured = new ArrayList<>();
  private final List<IUpdater> used = new ArrayList<>();

  Dl4jLearningRate(BaseMultiLayerUpdater<?> updater) {
    for (UpdaterBlock block : updater.getUpdaterBlocks()) {
      IUpdater config = block.getGradientUpdater().getConfig();
      if (!config.hasLearningRate()) continue;
      IUpdater own = config.clone();
      block.setGradientUpdater(own.instantiate(block.getUpdaterView(), false));
      configured.add(config);
      used.add(own);
    }
  }

  /** Sets a share of what the configuration says for a minibatch. */
  void scale(double share, int iteration, int epoch) {
    for (int i = 0; i < used.size(); i++) {
      double rate = configured.get(i).getLearningRate(iteration, epoch) * share;
      used.get(i).setLrAndSchedule(rate, null);
    }
  }
}
