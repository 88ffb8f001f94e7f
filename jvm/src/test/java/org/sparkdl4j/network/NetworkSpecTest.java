package org.sparkdl4j.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.dropout.Dropout;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.learning.config.AdaGrad;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.spec.Json;
import org.sparkdl4j.spec.Options;

class NetworkSpecTest {
  @Test
  void landscapeIsTheNetworkOfTheThesis() {
    NetworkSpec landscape = NetworkSpec.reference("landscape");
    List<int[]> shapes = landscape.shapes(landscape.defaultInputShape(), 3);
    assertArrayEquals(new int[] {36, 36, 20}, shapes.get(0));
    assertArrayEquals(new int[] {18, 18, 20}, shapes.get(1));
    assertArrayEquals(new int[] {14, 14, 40}, shapes.get(2));
    assertArrayEquals(new int[] {1, 1, 70}, shapes.get(5));
    assertArrayEquals(new int[] {3}, shapes.get(8));

    MultiLayerConfiguration configuration =
        landscape
            .toConfiguration(
                new int[] {75, 75, 3},
                3,
                options("{'updater':'adagrad','learning_rate':0.01,'l2':5e-5}"),
                7)
            .layers();
    assertEquals(9, configuration.getConfs().size());
    DropoutLayer dropout =
        assertInstanceOf(DropoutLayer.class, configuration.getConf(6).getLayer());
    assertEquals(new Dropout(0.5), dropout.getIDropout());
    assertInstanceOf(CnnToFeedForwardPreProcessor.class, configuration.getInputPreProcess(7));
    ConvolutionLayer first = (ConvolutionLayer) configuration.getConf(0).getLayer();
    assertEquals(3, first.getNIn());
    assertEquals(new AdaGrad(0.01), first.getIUpdater());
    assertEquals(1, first.getRegularization().size());
    assertEquals(List.of(), first.getRegularizationBias());
    assertEquals(70, ((DenseLayer) configuration.getConf(7).getLayer()).getNIn());
    assertEquals(3, ((OutputLayer) configuration.getConf(8).getLayer()).getNOut());
    assertEquals(7, configuration.getConf(0).getSeed());
  }

  @Test
  void settingsComeFromLayerThenNetworkThenOption() {
    NetworkSpec spec =
        spec(
            "{'l2':0.1,'updater':'nesterov','learning_rate':0.5,'layers':["
                + "{'type':'Conv2D','filters':2,'kernel_size':[3,2],'stride':[2,1],"
                + "'padding':'same','l2':0.2},"
                + "{'type':'Dropout','rate':0},"
                + "{'type':'Dense','units':4,'activation':'tanh'},{'type':'Output'}]}");
    MultiLayerConfiguration configuration =
        spec.toConfiguration(
                new int[] {9, 8, 1}, 2, options("{'momentum':0.7,'activation':'elu'}"), 1)
            .layers();
    assertEquals(3, configuration.getConfs().size());
    ConvolutionLayer convolution = (ConvolutionLayer) configuration.getConf(0).getLayer();
    assertArrayEquals(new int[] {3, 2}, convolution.getKernelSize());
    assertEquals(ConvolutionMode.Same, convolution.getConvolutionMode());
    assertEquals("elu(alpha=1.0)", convolution.getActivationFn().toString());
    assertEquals(new Nesterovs(0.5, 0.7), convolution.getIUpdater());
    assertEquals(
        "L2Regularization(l2=FixedSchedule(value=0.2))",
        convolution.getRegularization().get(0).toString());
    DenseLayer dense = (DenseLayer) configuration.getConf(1).getLayer();
    assertEquals("tanh", dense.getActivationFn().toString());
    assertEquals(
        "L2Regularization(l2=FixedSchedule(value=0.1))",
        dense.getRegularization().get(0).toString());
    assertEquals(5 * 8 * 2, dense.getNIn());
  }

  @Test
  void networkAndOptionMustNotBothSetOne() {
    NetworkSpec spec = spec("{'learning_rate':0.5,'layers':[{'type':'Output'}]}");
    SparkDl4jException e =
        assertThrows(
            SparkDl4jException.class,
            () ->
                spec.toConfiguration(new int[] {4, 4, 1}, 2, options("{'learning_rate':0.1}"), 1));
    assertEquals(ErrorCode.PARAMETER_CONFLICT, e.code());
    assertEquals(
        "learning_rate is set both in the network and as an option: leave one out", e.getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[{'type':'Conv2D','filters':2,'kernel_size':[5,5]},{'type':'Output'}]|3|Conv2D 5x5 does"
            + " not fit its 3x3 input: layer 1",
        "[{'type':'MaxPool2D'},{'type':'MaxPool2D'},{'type':'Output'}]|2|MaxPool2D 2x2 does not fit"
            + " its 1x1 input: layer 2",
        "[{'type':'Output','units':5}]|4|Output has 5 units, but there are 2 classes: layer 1",
        "[{'type':'Dense','units':2147483647},{'type':'Output'}]|9|Dense makes the network too"
            + " large (more than 2147483647 parameters or activations): layer 1",
      })
  void whatDoesNotFit(String layers, int side, String message) {
    NetworkSpec spec = spec("{'layers':" + layers + "}");
    SparkDl4jException e =
        assertThrows(SparkDl4jException.class, () -> spec.shapes(new int[] {side, side, 1}, 2));
    assertEquals(ErrorCode.NETWORK_DOES_NOT_FIT, e.code());
    assertEquals(message, e.getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'layers':[]}|network: layers must be a list of at least one layer",
        "{'layers':[3]}|layer 1 must be an object with a \"type\", but is 3",
        "{'layers':[{'type':'conv2d'}]}|layer 1: there is no layer type \"conv2d\"; did you mean"
            + " Conv2D?",
        "{'layers':[{'type':'Conv2D','filter':3}]}|layer 1 (Conv2D): there is no setting"
            + " \"filter\"; did you mean filters?",
        "{'layers':[{'type':'Conv2D','filters':0,'kernel_size':[3,3]}]}|layer 1 (Conv2D): filters"
            + " must be an integer of at least 1, but is 0",
        "{'layers':[{'type':'Conv2D','filters':1,'kernel_size':[3]}]}|layer 1 (Conv2D): kernel_size"
            + " must be [height, width] of at least 1 each, but is [3]",
        "{'layers':[{'type':'MaxPool2D','padding':'full'}]}|layer 1 (MaxPool2D): padding must be"
            + " \"valid\" or \"same\", but is \"full\"",
        "{'layers':[{'type':'Dropout','rate':1}]}|layer 1 (Dropout): rate must be at least 0 and"
            + " below 1, but is 1",
        "{'layers':[{'type':'Dense','units':2,'l2':-1}]}|layer 1 (Dense): l2 must be at least 0,"
            + " but is -1",
        "{'layers':[{'type':'Dense','units':2}]}|layer 1 (Dense): the last layer must be Output",
        "{'layers':[{'type':'Output'},{'type':'Output'}]}|layer 1 (Output): Output must be the last"
            + " layer",
        "{'learnin_rate':1,'layers':[{'type':'Output'}]}|network: there is no setting"
            + " \"learnin_rate\"; did you mean learning_rate?",
        "{'learning_rate':0,'layers':[{'type':'Output'}]}|network: learning_rate must be above 0,"
            + " but is 0",
        "{'input_shape':[1,2],'layers':[{'type':'Output'}]}|network: input_shape must be [height,"
            + " width, channels], but is [1,2]",
        "{'layers':[{'type':'Dropout','name':'a'},{'type':'Output','name':'a'}]}|layer 2 (Output):"
            + " two layers have the name a",
      })
  void whatIsInvalid(String json, String message) {
    SparkDl4jException e = assertThrows(SparkDl4jException.class, () -> spec(json));
    assertEquals(ErrorCode.NETWORK_INVALID, e.code());
    assertEquals(message, e.getMessage());
  }

  @Test
  void convolutionAfterDenseIsInvalid() {
    NetworkSpec spec =
        spec("{'layers':[{'type':'Dense','units':2},{'type':'MaxPool2D'},{'type':'Output'}]}");
    SparkDl4jException e =
        assertThrows(SparkDl4jException.class, () -> spec.shapes(new int[] {4, 4, 1}, 2));
    assertEquals("MaxPool2D takes images, but gets 2 units: layer 2", e.getMessage());
  }

  @Test
  void picturesMustHaveTheShapeThatTheNetworkNames() {
    NetworkSpec spec = spec("{'input_shape':[28,28,1],'layers':[{'type':'Output'}]}");
    SparkDl4jException e =
        assertThrows(SparkDl4jException.class, () -> spec.shapes(new int[] {75, 75, 3}, 2));
    assertEquals(ErrorCode.NETWORK_DOES_NOT_FIT, e.code());
    assertEquals(
        "the network takes pictures of 28x28x1 (height x width x channels), but the data are"
            + " 75x75x3",
        e.getMessage());
  }

  @Test
  void seedZeroIsASeedLikeAnyOther() {
    MultiLayerConfiguration configuration =
        NetworkSpec.reference("fashion")
            .toConfiguration(new int[] {28, 28, 1}, 2, options("{}"), 0)
            .layers();
    assertNotEquals(0, configuration.getConf(0).getSeed(), "ND4J would seed from the clock");
  }

  @Test
  void oneClassIsNotEnough() {
    SparkDl4jException e =
        assertThrows(
            SparkDl4jException.class,
            () -> NetworkSpec.reference("fashion").shapes(new int[] {28, 28, 1}, 1));
    assertEquals(ErrorCode.DATA_ONE_CLASS, e.code());
  }

  @Test
  void unknownReferenceNamesTheNearest() {
    SparkDl4jException e =
        assertThrows(SparkDl4jException.class, () -> NetworkSpec.reference("lanscape"));
    assertEquals(
        "there is no reference network \"lanscape\"; did you mean landscape? They are fashion,"
            + " landscape, pneumonia_vgg, resnet18, resnet50, small_resnet, vgg_conv13",
        e.getMessage());
  }

  @Test
  void jsonRoundTrip() {
    NetworkSpec fashion = NetworkSpec.reference("fashion");
    assertEquals("fashion", fashion.name());
    assertEquals(fashion.toJson(), NetworkSpec.of(fashion.toJson()).toJson());
  }

  private static NetworkSpec spec(String json) {
    return NetworkSpec.of(Json.readObject(json.replace('\'', '"'), "network"));
  }

  private static Options options(String json) {
    return new Options("network", Json.readObject(json.replace('\'', '"'), "options"));
  }
}
