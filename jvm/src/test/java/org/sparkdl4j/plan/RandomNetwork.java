package org.sparkdl4j.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.bytedeco.javacpp.FloatPointer;
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
import org.sparkdl4j.network.LossSpec;
import org.sparkdl4j.network.NetworkConfiguration;

/** A small network, its pictures and labels, all from one seed. */
final class RandomNetwork {
  private static final Activation[] ACTIVATIONS = {
    Activation.RELU,
    Activation.LEAKYRELU,
    Activation.ELU,
    Activation.SIGMOID,
    Activation.TANH,
    Activation.IDENTITY
  };

  final NetworkConfiguration configuration;
  final int[] shape;
  final int classes;
  final int batch;
  private final StringBuilder text = new StringBuilder();
  private final Random random;
  private int height;
  private int width;
  private int channels;

  RandomNetwork(long seed) {
    random = new Random(seed);
    height = 5 + random.nextInt(16);
    width = 5 + random.nextInt(16);
    channels = pick(1, 1, 2, 3, 3, 4, 16);
    shape = new int[] {height, width, channels};
    classes = 2 + random.nextInt(5);
    batch = 1 + random.nextInt(17);
    text.append(seed).append(": ").append(height).append('x').append(width).append('x');
    text.append(channels).append(" batch ").append(batch);
    Activation activation = ACTIVATIONS[random.nextInt(ACTIVATIONS.length)];
    List<Layer> layers = new ArrayList<>();
    for (int i = random.nextInt(5); i > 0; i--) layers.add(imageLayer(activation));
    for (int i = random.nextInt(3); i > 0; i--) {
      int units = 1 + random.nextInt(40);
      text.append(", dense ").append(units);
      layers.add(new DenseLayer.Builder().nOut(units).activation(activation).build());
    }
    IUpdater updater = updater(random.nextInt(5));
    text.append(", ").append(activation).append(' ').append(updater.getClass().getSimpleName());
    NeuralNetConfiguration.Builder builder =
        new NeuralNetConfiguration.Builder()
            .seed(seed + 1)
            .updater(updater)
            .weightInit(WeightInit.XAVIER);
    if (random.nextBoolean()) builder.l2(0.01);
    if (random.nextBoolean()) builder.l1(0.001);
    if (random.nextInt(4) == 0) builder.l2Bias(0.02).biasUpdater(new Sgd(0.02));
    NeuralNetConfiguration.ListBuilder list = builder.list();
    for (Layer layer : layers) list.layer(layer);
    MultiLayerConfiguration layered =
        list.layer(
                new OutputLayer.Builder(LossFunction.MCXENT)
                    .nOut(classes)
                    .activation(Activation.SOFTMAX)
                    .build())
            .setInputType(InputType.convolutional(shape[0], shape[1], shape[2]))
            .build();
    configuration = NetworkConfiguration.of(layered, LossSpec.CROSS_ENTROPY);
  }

  static IUpdater updater(int number) {
    IUpdater[] updaters = {
      new Sgd(0.05),
      new Nesterovs(0.02, 0.9),
      new AdaGrad(0.01),
      new RmsProp(0.001),
      new Adam(0.002)
    };
    return updaters[number];
  }

  FloatPointer pictures(int count, long seed) {
    Random values = new Random(seed);
    float[] pixels = new float[count * shape[0] * shape[1] * shape[2]];
    for (int i = 0; i < pixels.length; i++) pixels[i] = (float) values.nextGaussian();
    return new FloatPointer(pixels);
  }

  int[] labels(int count, long seed) {
    return new Random(seed).ints(count, 0, classes).toArray();
  }

  @Override
  public String toString() {
    return text.toString();
  }

  private Layer imageLayer(Activation activation) {
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
    boolean padded = !same && random.nextInt(3) == 0;
    int[] padding = {
      padded ? random.nextInt(kernelHeight) : 0, padded ? random.nextInt(kernelWidth) : 0
    };
    ConvolutionMode mode = same ? ConvolutionMode.Same : ConvolutionMode.Truncate;
    height = size(height, kernel[0], stride[0], padding[0], same);
    width = size(width, kernel[1], stride[1], padding[1], same);
    String geometry =
        String.format(
            "%dx%d stride %dx%d %s %dx%d",
            kernel[0], kernel[1], stride[0], stride[1], mode, padding[0], padding[1]);
    if (kind < 2) {
      text.append(kind == 0 ? ", max " : ", average ").append(geometry);
      return new SubsamplingLayer.Builder(kind == 0 ? PoolingType.MAX : PoolingType.AVG)
          .kernelSize(kernel)
          .stride(stride)
          .padding(padding)
          .convolutionMode(mode)
          .avgPoolIncludePadInDivisor(random.nextBoolean())
          .build();
    }
    channels = pick(1, 3, 8, 16, 16, 20, 32, 32);
    text.append(", convolution ").append(channels).append(' ').append(geometry);
    return new ConvolutionLayer.Builder(kernel)
        .stride(stride)
        .padding(padding)
        .convolutionMode(mode)
        .nOut(channels)
        .activation(activation)
        .build();
  }

  private int pick(int... choices) {
    return choices[random.nextInt(choices.length)];
  }

  private static int size(int input, int kernel, int stride, int padding, boolean same) {
    return same ? (input - 1) / stride + 1 : (input + 2 * padding - kernel) / stride + 1;
  }
}
