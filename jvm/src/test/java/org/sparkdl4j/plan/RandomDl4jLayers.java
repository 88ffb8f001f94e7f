package org.sparkdl4j.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.AdaGrad;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * Draws a small network with what DL4J can say and our JSON cannot: numbers of padding, means that
 * count padding, regularisation and updaters of biases.
 */
final class RandomDl4jLayers {
  private static final Activation[] ACTIVATIONS = {
    Activation.RELU,
    Activation.LEAKYRELU,
    Activation.ELU,
    Activation.SIGMOID,
    Activation.TANH,
    Activation.IDENTITY
  };

  private final Random random;
  private final Activation activation;
  private int height;
  private int width;

  RandomDl4jLayers(Random random) {
    this.random = random;
    activation = ACTIVATIONS[random.nextInt(ACTIVATIONS.length)];
  }

  /** A network for pictures of the shape {@code [height, width, channels]}. */
  MultiLayerConfiguration draw(int[] shape, int classes, long seed) {
    height = shape[0];
    width = shape[1];
    List<Layer> layers = new ArrayList<>();
    for (int i = random.nextInt(5); i > 0; i--) layers.add(imageLayer());
    for (int i = random.nextInt(3); i > 0; i--) {
      int units = 1 + random.nextInt(40);
      layers.add(new DenseLayer.Builder().nOut(units).activation(activation).build());
    }
    NeuralNetConfiguration.Builder builder =
        new NeuralNetConfiguration.Builder()
            .seed(seed)
            .updater(updater())
            .weightInit(WeightInit.XAVIER);
    if (random.nextBoolean()) builder.l2(0.01);
    if (random.nextBoolean()) builder.l1(0.001);
    if (random.nextBoolean()) builder.l2Bias(0.02);
    if (random.nextBoolean()) builder.biasUpdater(new Sgd(0.02));
    NeuralNetConfiguration.ListBuilder list = builder.list();
    for (Layer layer : layers) list.layer(layer);
    return list.layer(
            new OutputLayer.Builder(LossFunction.MCXENT)
                .nOut(classes)
                .activation(Activation.SOFTMAX)
                .build())
        .setInputType(InputType.convolutional(shape[0], shape[1], shape[2]))
        .build();
  }

  private IUpdater updater() {
    IUpdater[] updaters = {
      new Sgd(0.05),
      new Nesterovs(0.02, 0.9),
      new AdaGrad(0.01),
      new RmsProp(0.001),
      new Adam(0.002)
    };
    return updaters[random.nextInt(updaters.length)];
  }

  private Layer imageLayer() {
    boolean same = random.nextInt(3) == 0;
    int kind = random.nextInt(5);
    int kernelHeight = Math.min(height, kind == 4 ? 3 : 1 + random.nextInt(5));
    int kernelWidth = Math.min(width, kind == 4 ? 3 : 1 + random.nextInt(5));
    int[] kernel = {kernelHeight, kernelWidth};
    // DL4J refuses strides that jump over rows where it pads by itself.
    int[] stride = {
      1 + random.nextInt(Math.min(3, kernelHeight)), 1 + random.nextInt(Math.min(3, kernelWidth))
    };
    if (kind == 4) stride = new int[] {1, 1};
    boolean padded = !same && random.nextInt(3) > 0;
    int[] padding = {
      padded ? random.nextInt(kernelHeight) : 0, padded ? random.nextInt(kernelWidth) : 0
    };
    ConvolutionMode mode = same ? ConvolutionMode.Same : ConvolutionMode.Truncate;
    height = size(height, kernel[0], stride[0], padding[0], same);
    width = size(width, kernel[1], stride[1], padding[1], same);
    if (kind < 2) {
      return new SubsamplingLayer.Builder(kind == 0 ? PoolingType.MAX : PoolingType.AVG)
          .kernelSize(kernel)
          .stride(stride)
          .padding(padding)
          .convolutionMode(mode)
          .avgPoolIncludePadInDivisor(random.nextBoolean())
          .build();
    }
    int[] filters = {1, 3, 8, 16, 16, 20, 32, 32};
    return new ConvolutionLayer.Builder(kernel)
        .stride(stride)
        .padding(padding)
        .convolutionMode(mode)
        .nOut(filters[random.nextInt(filters.length)])
        .activation(activation)
        .build();
  }

  private static int size(int input, int kernel, int stride, int padding, boolean same) {
    return same ? (input - 1) / stride + 1 : (input + 2 * padding - kernel) / stride + 1;
  }
}
