package org.sparkdl4j.dl4j;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.updater.BaseMultiLayerUpdater;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.sparkdl4j.network.LossSpec;
import org.sparkdl4j.network.NetworkConfiguration;

/** A graph of layers with one input and one output. */
final class Dl4jGraph implements Dl4jModel {
  private final ComputationGraph network;

  Dl4jGraph(ComputationGraphConfiguration configuration) {
    network = new ComputationGraph(configuration);
    network.init();
  }

  @Override
  public Model network() {
    return network;
  }

  @Override
  public NetworkConfiguration configuration(LossSpec loss) {
    return NetworkConfiguration.of(network.getConfiguration(), loss);
  }

  @Override
  public BaseMultiLayerUpdater<?> updater() {
    return network.getUpdater();
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
    network.getConfiguration().setIterationCount(iteration);
  }

  @Override
  public int epoch() {
    return network.getEpochCount();
  }

  @Override
  public void setEpoch(int epoch) {
    network.getConfiguration().setEpochCount(epoch);
  }

  @Override
  public Layer[] layers() {
    return network.getLayers();
  }

  @Override
  public Layer outputLayer() {
    return network.getOutputLayer(0);
  }

  @Override
  public List<String> steps() {
    List<String> steps = new ArrayList<>();
    for (int number : network.topologicalSortOrder()) {
      GraphVertex vertex = network.getVertices()[number];
      if (!vertex.isInputVertex()) steps.add(vertex.getVertexName());
    }
    return steps;
  }

  @Override
  public void fit(INDArray features, INDArray labels) {
    network.fit(new INDArray[] {features}, new INDArray[] {labels});
  }

  @Override
  public INDArray output(INDArray features) {
    return network.outputSingle(false, features);
  }
}
