package org.sparkdl4j.dl4j;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.updater.BaseMultiLayerUpdater;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.sparkdl4j.network.LossSpec;
import org.sparkdl4j.network.NetworkConfiguration;

/** Layers one after the other. */
final class Dl4jLayers implements Dl4jModel {
  private final MultiLayerNetwork network;

  Dl4jLayers(MultiLayerConfiguration configuration) {
    network = new MultiLayerNetwork(configuration);
    network.init();
  }

  @Override
  public Model network() {
    return network;
  }

  @Override
  public NetworkConfiguration configuration(LossSpec loss) {
    return NetworkConfiguration.of(network.getLayerWiseConfigurations(), loss);
  }

  @Override
  public BaseMultiLayerUpdater<?> updater() {
    return (BaseMultiLayerUpdater<?>) network.getUpdater();
  }

  @Override
  public void initGradients() {
    network.initGradientsView();
  }

  @Override
  public int iteration() {
    return network.getIterationCount();
  }

  @Override
  public void setIteration(int iteration) {
    network.setIterationCount(iteration);
  }

  @Override
  public int epoch() {
    return network.getEpochCount();
  }

  @Override
  public void setEpoch(int epoch) {
    network.setEpochCount(epoch);
  }

  @Override
  public Layer[] layers() {
    return network.getLayers();
  }

  @Override
  public Layer outputLayer() {
    return network.getOutputLayer();
  }

  @Override
  public List<String> steps() {
    List<String> steps = new ArrayList<>();
    for (Layer layer : network.getLayers()) {
      steps.add(layer.conf().getLayer().getLayerName());
    }
    return steps;
  }

  @Override
  public void fit(INDArray features, INDArray labels) {
    network.fit(features, labels);
  }

  @Override
  public INDArray output(INDArray features) {
    return network.output(features, false);
  }
}
