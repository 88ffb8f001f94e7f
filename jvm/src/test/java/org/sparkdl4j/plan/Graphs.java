package org.sparkdl4j.plan;

import java.util.List;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.conf.graph.ShiftVertex;
import org.deeplearning4j.nn.conf.graph.SubsetVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.regularization.WeightDecay;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Small graphs, built with DL4J's own builder. */
public final class Graphs {
  private Graphs() {}

  /** A residual addition with batch normalisation, and a concatenation. */
  public static ComputationGraphConfiguration residual(int[] shape, int classes, IUpdater updater) {
    GraphBuilder graph =
        builder(updater)
            .l2(0.01)
            .graphBuilder()
            .addInputs("input")
            .layer("conv1", convolution(8), "input")
            .layer("norm1", normalization(), "conv1")
            .layer("relu1", new ActivationLayer(Activation.RELU), "norm1")
            .layer("conv2", convolution(8), "relu1")
            .layer("norm2", normalization(), "conv2")
            .addVertex("add", new ElementWiseVertex(ElementWiseVertex.Op.Add), "norm2", "relu1")
            .layer("relu2", new ActivationLayer(Activation.RELU), "add")
            .layer("pool", maxPooling(), "relu2")
            .layer("conv3", convolution(4), "pool")
            .addVertex("concat", new MergeVertex(), "pool", "conv3")
            .layer(
                "dense",
                new DenseLayer.Builder().nOut(6).activation(Activation.TANH).build(),
                "concat");
    return finished(graph, "dense", LossFunction.MCXENT, Activation.SOFTMAX, shape, classes);
  }

  /** Two branches and nothing that is not smooth, for any loss. */
  public static ComputationGraphConfiguration branches(
      int[] shape, int classes, LossFunction loss, Activation activation, IUpdater updater) {
    GraphBuilder graph =
        builder(updater)
            .activation(Activation.TANH)
            .graphBuilder()
            .addInputs("input")
            .layer("conv1", new ConvolutionLayer.Builder(3, 3).nOut(4).build(), "input")
            .layer("conv2", new ConvolutionLayer.Builder(1, 1).nOut(3).build(), "conv1")
            .addVertex("concat", new MergeVertex(), "conv1", "conv2");
    return finished(graph, "concat", loss, activation, shape, classes);
  }

  /**
   * Of everything that a configuration in a file may name, at least one.
   *
   * @param channels of the pictures; they are told to the layers, since DL4J infers a wrong number
   *     behind a subset
   */
  public static ComputationGraphConfiguration everything(
      int channels, int classes, IUpdater updater) {
    return builder(updater)
        .weightInit(WeightInit.RELU)
        .activation(Activation.RELU6)
        .graphBuilder()
        .addInputs("input")
        .addVertex("scale", new ScaleVertex(0.5), "input")
        .addVertex("shift", new ShiftVertex(-1), "scale")
        .layer("padding", new ZeroPaddingLayer.Builder(1, 0, 2, 1).build(), "shift")
        .layer("conv", new ConvolutionLayer.Builder(3, 3).nIn(channels).nOut(6).build(), "padding")
        .layer(
            "norm", new BatchNormalization.Builder().nIn(6).nOut(6).useLogStd(true).build(), "conv")
        .layer("swish", new ActivationLayer(Activation.SWISH), "norm")
        .addVertex("half1", new SubsetVertex(0, 2), "swish")
        .addVertex("half2", new SubsetVertex(3, 5), "swish")
        .layer(
            "depthwise",
            new DepthwiseConvolution2D.Builder()
                .kernelSize(3, 3)
                .nIn(3)
                .nOut(6)
                .depthMultiplier(2)
                .dataFormat(CNN2DFormat.NCHW)
                .build(),
            "half1")
        .layer(
            "separable",
            new SeparableConvolution2D.Builder()
                .kernelSize(3, 3)
                .nIn(3)
                .nOut(6)
                .dataFormat(CNN2DFormat.NCHW)
                .build(),
            "half2")
        .addVertex("add", new ElementWiseVertex(ElementWiseVertex.Op.Add), "depthwise", "separable")
        .layer("gelu", new ActivationLayer(Activation.GELU), "add")
        .layer("dropout", new DropoutLayer(0.9), "gelu")
        .addVertex("concat", new MergeVertex(), "dropout", "swish")
        .layer("pool", maxPooling(), "concat")
        .layer(
            "decayed",
            new ConvolutionLayer.Builder(1, 1)
                .nIn(12)
                .nOut(5)
                .regularization(List.of(new WeightDecay(0.01, true)))
                .build(),
            "pool")
        .layer("global", new GlobalPoolingLayer(PoolingType.AVG), "decayed")
        .layer(
            "output",
            new OutputLayer.Builder(LossFunction.MCXENT)
                .nIn(5)
                .nOut(classes)
                .activation(Activation.SOFTMAX)
                .build(),
            "global")
        .setOutputs("output")
        .build();
  }

  private static NeuralNetConfiguration.Builder builder(IUpdater updater) {
    return new NeuralNetConfiguration.Builder()
        .seed(5)
        .updater(updater)
        .weightInit(WeightInit.XAVIER)
        .activation(Activation.IDENTITY)
        .convolutionMode(ConvolutionMode.Same);
  }

  private static ComputationGraphConfiguration finished(
      GraphBuilder graph,
      String last,
      LossFunction loss,
      Activation activation,
      int[] shape,
      int classes) {
    return graph
        .layer(
            "output",
            new OutputLayer.Builder(loss).nOut(classes).activation(activation).build(),
            last)
        .setOutputs("output")
        .setInputTypes(InputType.convolutional(shape[0], shape[1], shape[2]))
        .build();
  }

  private static ConvolutionLayer convolution(int filters) {
    return new ConvolutionLayer.Builder(3, 3).nOut(filters).hasBias(false).build();
  }

  private static BatchNormalization normalization() {
    return new BatchNormalization.Builder().decay(0.9).eps(1e-5).useLogStd(true).build();
  }

  private static SubsamplingLayer maxPooling() {
    return new SubsamplingLayer.Builder(PoolingType.MAX).kernelSize(2, 2).stride(2, 2).build();
  }
}
