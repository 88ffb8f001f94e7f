package org.sparkdl4j.spark;

import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LocalResponseNormalization;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.schedule.ExponentialSchedule;
import org.nd4j.linalg.schedule.ScheduleType;

/** Small networks for {@link NoisyDataSets}, as a Java team would build them. */
final class Dl4jConfigurations {
  private Dl4jConfigurations() {}

  /** All of it is in the compute plan. */
  static MultiLayerConfiguration layers() {
    return layers(NoisyDataSets.CHANNELS, 0.01);
  }

  static MultiLayerConfiguration layers(int channels, double learningRate) {
    return new NeuralNetConfiguration.Builder()
        .seed(7)
        .updater(new Adam(learningRate))
        .list()
        .layer(convolution())
        .layer(new SubsamplingLayer.Builder().kernelSize(2, 2).stride(2, 2).build())
        .layer(new DenseLayer.Builder().nOut(8).dropOut(0.8).activation(Activation.TANH).build())
        .layer(output())
        .setInputType(type(channels))
        .build();
  }

  /** The compute plan knows no local response normalisation. */
  static MultiLayerConfiguration forDl4jItself() {
    return new NeuralNetConfiguration.Builder()
        .seed(7)
        .updater(new Adam(new ExponentialSchedule(ScheduleType.EPOCH, 0.01, 0.9)))
        .list()
        .layer(convolution())
        .layer(new LocalResponseNormalization.Builder().build())
        .layer(output())
        .setInputType(type(NoisyDataSets.CHANNELS))
        .build();
  }

  static ComputationGraphConfiguration graph() {
    return new NeuralNetConfiguration.Builder()
        .seed(7)
        .updater(new Adam(0.01))
        .graphBuilder()
        .addInputs("pictures")
        .addLayer("first", convolution(), "pictures")
        .addLayer("second", convolution(), "first")
        .addLayer("norm", new BatchNormalization(), "second")
        .addVertex("sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), "first", "norm")
        .addLayer("classes", output(), "sum")
        .setOutputs("classes")
        .setInputTypes(type(NoisyDataSets.CHANNELS))
        .build();
  }

  private static ConvolutionLayer convolution() {
    return new ConvolutionLayer.Builder(3, 3)
        .nOut(4)
        .convolutionMode(ConvolutionMode.Same)
        .activation(Activation.RELU)
        .build();
  }

  private static OutputLayer output() {
    return new OutputLayer.Builder(LossFunction.MCXENT)
        .nOut(NoisyDataSets.CLASSES)
        .activation(Activation.SOFTMAX)
        .build();
  }

  private static InputType type(int channels) {
    return InputType.convolutional(NoisyDataSets.HEIGHT, NoisyDataSets.WIDTH, channels);
  }
}
