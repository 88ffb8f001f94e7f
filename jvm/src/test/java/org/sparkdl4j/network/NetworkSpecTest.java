package org.sparkdl4j.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.dropout.Dropout;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.learning.config.AdaGrad;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.regularization.L2Regularization;
import org.nd4j.linalg.learning.regularization.WeightDecay;
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
        "[{'type':'Conv2D','filters':1,'kernel_size':[3,3],'dilation':[2,1]},{'type':'Output'}]|4|"
            + "Conv2D 3x3 dilated 2x1 does not fit its 4x4 input: layer 1",
        "[{'type':'Conv2D','filters':2,'kernel_size':[1,1],'groups':2},{'type':'Output'}]|4|2"
            + " groups do not divide the 1 channels of the input: layer 1",
        "[{'type':'Normalization','mean':[1,2],'variance':[1,1]},{'type':'Output'}]|4|Normalization"
            + " has 2 means, but its input has 1 channels: layer 1",
        "[{'type':'MaxPool2D'},{'type':'Add','inputs':['input','layer0']},{'type':'Output'}]|4|Add"
            + " cannot take 4x4x1 and 2x2x1: layer 2",
        "[{'type':'MaxPool2D'},{'type':'Concat','inputs':['input','layer0']},{'type':'Output'}]|4|"
            + "Concat cannot take 4x4x1 and 2x2x1: layer 2",
        "[{'type':'MaxPool2D'},{'type':'Multiply','inputs':['input','layer0']},{'type':'Output'}]|4|Multiply"
            + " cannot take 4x4x1 and 2x2x1: layer 2",
        "[{'type':'GlobalPool','keep_dims':true},{'type':'Multiply','inputs':['layer0','input']},"
            + "{'type':'Output'}]|4|Multiply cannot take 1x1x1 and 4x4x1: layer 2",
        "[{'type':'Block','layers':[{'type':'MaxPool2D'}],'shortcut':[]},{'type':'Output'}]|4|Block"
            + " cannot add the 2x2x1 of its layers and the 4x4x1 of its shortcut: layer 1",
        "[{'type':'Block','layers':[{'type':'Conv2D','filters':1,'kernel_size':[3,3]}]},"
            + "{'type':'Output'}]|8|Block cannot add the 6x6x1 of its layers and the 4x4x1 of its"
            + " shortcut: layer 1",
        "[{'type':'Block','layers':[{'type':'MaxPool2D'},{'type':'MaxPool2D'}]},{'type':'Output'}]|2|MaxPool2D"
            + " 2x2 does not fit its 1x1 input: layer 1.2",
        "[{'type':'ZeroPadding2D','padding':[2147483647,0,0,0]},{'type':'Output'}]|4|ZeroPadding2D"
            + " makes the network too large (more than 2147483647 parameters or activations): layer"
            + " 1",
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
        "{'layers':[{'type':'Conv2D','filters':3,'kernel_size':[3,3],'groups':2}]}|layer 1"
            + " (Conv2D): 2 groups do not divide 3 filters",
        "{'layers':[{'type':'Conv2D','filters':3,'kernel_size':[3,3],'use_bias':1}]}|layer 1"
            + " (Conv2D): use_bias must be true or false, but is 1",
        "{'layers':[{'type':'ZeroPadding2D','padding':[1,1]}]}|layer 1 (ZeroPadding2D): padding"
            + " must be [top, bottom, left, right] of at least 0 each, but is [1,1]",
        "{'layers':[{'type':'GlobalPool','mode':'mean'}]}|layer 1 (GlobalPool): mode must be"
            + " \"avg\" or \"max\", but is \"mean\"",
        "{'layers':[{'type':'BatchNorm','momentum':1}]}|layer 1 (BatchNorm): momentum must be"
            + " below 1, but is 1",
        "{'layers':[{'type':'Activation'}]}|layer 1 (Activation): activation must be given",
        "{'layers':[{'type':'Rescaling'}]}|layer 1 (Rescaling): scale must be a number, but is"
            + " absent",
        "{'layers':[{'type':'Normalization','mean':[1,2],'variance':[1]}]}|layer 1 (Normalization):"
            + " mean and variance must be of one length, but are of 2 and 1",
        "{'layers':[{'type':'Normalization','mean':[1],'variance':[0]}]}|layer 1 (Normalization):"
            + " variance must be above 0, but is 0.0",
        "{'layers':[{'type':'Add'}]}|layer 1 (Add): inputs must name at least two layers",
        "{'layers':[{'type':'Multiply','inputs':['input','input','input']}]}|layer 1 (Multiply):"
            + " inputs must name two layers, but names input, input, input",
        "{'layers':[{'type':'Dense','units':2,'inputs':['input','input']}]}|layer 1 (Dense): inputs"
            + " must name one layer, but names input, input",
        "{'layers':[{'type':'Dense','units':2,'inputs':'input'}]}|layer 1 (Dense): inputs must be a"
            + " list of layers' names, but is \"input\"",
        "{'layers':[{'type':'Dense','units':2,'name':'first'},{'type':'Output','inputs':['fist']}]}|layer"
            + " 2 (Output): there is no layer \"fist\" to take as input; did you mean first?",
        "{'layers':[{'type':'Dense','units':2,'inputs':['layer1']},{'type':'Output'}]}|layer 1"
            + " (Dense): inputs must come earlier in the list, but layer1 is layer 2",
        "{'layers':[{'type':'Dense','units':2},{'type':'Output','inputs':['input']}]}|layer 1"
            + " (Dense): no layer takes its output",
        "{'layers':[{'type':'Dense','units':2,'name':'input'},{'type':'Output'}]}|layer 1 (Dense):"
            + " the name input is that of the pictures",
        "{'layers':[{'type':'Dense','units':2,'name':'a/b'},{'type':'Output'}]}|layer 1 (Dense):"
            + " name must not hold a slash, which names parts of layers, but is \"a/b\"",
        "{'layers':[{'type':'Block','layers':[]},{'type':'Output'}]}|layer 1 (Block): layers must"
            + " hold at least one layer",
        "{'layers':[{'type':'Block'},{'type':'Output'}]}|layer 1 (Block): layers must be a list of"
            + " layers, but is absent",
        "{'layers':[{'type':'Block','layers':[{'type':'Dense','units':1},{'type':'Dense'}]}]}|layer"
            + " 1.2 (Dense): units must be an integer of at least 1, but is absent",
        "{'layers':[{'type':'Dropout'},{'type':'Block','layers':[{'type':'Dropout'}],'shortcut':[{'type':'Dens'}]}]}|layer"
            + " 2.shortcut.1: there is no layer type \"Dens\"; did you mean Dense?",
        "{'layers':[{'type':'Block','layers':[{'type':'Output'}]},{'type':'Output'}]}|layer 1.1"
            + " (Output): Output must be the last layer",
        "{'layers':[{'type':'SqueezeExcite','ratio':0}]}|layer 1 (SqueezeExcite): ratio must be an"
            + " integer of at least 1, but is 0",
        "{'layers':[{'type':'Output','loss':'hinge'}]}|layer 1 (Output): loss must be one of"
            + " [\"cross_entropy\",\"binary_cross_entropy\",\"mse\",\"focal\"], but is \"hinge\"",
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
  void softmaxIsOfUnits() {
    NetworkSpec spec =
        spec("{'layers':[{'type':'Activation','activation':'softmax'},{'type':'Output'}]}");
    SparkDl4jException e =
        assertThrows(
            SparkDl4jException.class,
            () -> spec.toConfiguration(new int[] {4, 5, 3}, 2, options("{}"), 1));
    assertEquals(ErrorCode.NETWORK_INVALID, e.code());
    assertEquals("layer 1 (Activation): softmax takes units, but gets 4x5x3", e.getMessage());
  }

  @Test
  void onlyWhatNeedsAGraphBecomesOne() {
    String chain = "{'layers':[{'type':'BatchNorm','name':'a'},{'type':'Output','inputs':['a']}]}";
    assertFalse(configuration(chain, "{}").isGraph());
    String graph = "{'layers':[{'type':'Rescaling','scale':2},{'type':'Output'}]}";
    assertTrue(configuration(graph, "{}").isGraph());
    String branches =
        "{'layers':[{'type':'GlobalPool','name':'a'},{'type':'GlobalPool','inputs':['input']},"
            + "{'type':'Concat','inputs':['a','layer1']},{'type':'Output'}]}";
    assertTrue(configuration(branches, "{}").isGraph());
  }

  @Test
  void partsOfLayersAreNamedAfterThem() {
    ComputationGraphConfiguration graph =
        configuration(
                "{'layers':[{'type':'Block','name':'b','layers':[{'type':'Conv2D','filters':4,"
                    + "'kernel_size':[1,1]},{'type':'SqueezeExcite','name':'se'}]},"
                    + "{'type':'Conv2D','filters':4,'kernel_size':[1,1],'groups':2},"
                    + "{'type':'Rescaling','scale':2,'offset':1},{'type':'Output'}]}",
                "{}")
            .graph();
    assertEquals(
        Map.ofEntries(
            Map.entry("b/layer0", List.of("input")),
            Map.entry("b/se/pool", List.of("b/layer0")),
            Map.entry("b/se/reduce", List.of("b/se/pool")),
            Map.entry("b/se/expand", List.of("b/se/reduce")),
            Map.entry("b/se", List.of("b/layer0", "b/se/expand")),
            Map.entry("b/shortcut/conv", List.of("input")),
            Map.entry("b/shortcut/norm", List.of("b/shortcut/conv")),
            Map.entry("b/add", List.of("b/se", "b/shortcut/norm")),
            Map.entry("b", List.of("b/add")),
            Map.entry("layer1/channels0", List.of("b")),
            Map.entry("layer1/channels1", List.of("b")),
            Map.entry("layer1/group0", List.of("layer1/channels0")),
            Map.entry("layer1/group1", List.of("layer1/channels1")),
            Map.entry("layer1", List.of("layer1/group0", "layer1/group1")),
            Map.entry("layer2/scale", List.of("layer1")),
            Map.entry("layer2", List.of("layer2/scale")),
            Map.entry("layer3", List.of("layer2"))),
        graph.getVertexInputs());
    assertEquals(List.of("layer3"), graph.getNetworkOutputs());
  }

  @Test
  void adamwDecaysTheWeightsOfLayersAlone() {
    MultiLayerConfiguration configuration =
        configuration(
                "{'layers':[{'type':'Conv2D','filters':2,'kernel_size':[1,1],'l2':0.5},"
                    + "{'type':'BatchNorm'},{'type':'Output'}]}",
                "{'updater':'adamw','weight_decay':0.25,'learning_rate':0.5}")
            .layers();
    BaseLayer convolution = (BaseLayer) configuration.getConf(0).getLayer();
    assertEquals(new Adam(0.5), convolution.getIUpdater());
    assertEquals(
        List.of(new L2Regularization(0.5), new WeightDecay(0.25, true)),
        convolution.getRegularizationByParam("W"));
    assertEquals(List.of(), convolution.getRegularizationByParam("b"));
    BaseLayer norm = (BaseLayer) configuration.getConf(1).getLayer();
    assertNull(norm.getRegularizationByParam("gamma"));
    BaseLayer output = (BaseLayer) configuration.getConf(2).getLayer();
    assertEquals(List.of(new WeightDecay(0.25, true)), output.getRegularizationByParam("W"));

    String adam = "{'updater':'adam','weight_decay':0.25}";
    configuration = configuration("{'layers':[{'type':'Output'}]}", adam).layers();
    output = (BaseLayer) configuration.getConf(0).getLayer();
    assertEquals(List.of(), output.getRegularizationByParam("W"));
  }

  @ParameterizedTest
  @CsvSource({
    "none, None",
    "renormalize_l2_per_layer, RenormalizeL2PerLayer",
    "renormalize_l2_per_param_type, RenormalizeL2PerParamType",
    "clip_elementwise_absolute_value, ClipElementWiseAbsoluteValue",
    "clip_l2_per_layer, ClipL2PerLayer",
    "clip_l2_per_param_type, ClipL2PerParamType",
  })
  void gradientNormalizationIsThatOfEveryLayer(String option, GradientNormalization expected) {
    String options = "{'gradient_normalization':'" + option + "','gradient_threshold':0.5}";
    String layers =
        "{'layers':[{'type':'Rescaling','scale':2},{'type':'BatchNorm'},{'type':'Output'}]}";
    for (String json : List.of(layers, layers.replace("{'type':'Rescaling','scale':2},", ""))) {
      NetworkConfiguration configuration = configuration(json, options);
      List<Layer> all = new ArrayList<>();
      if (configuration.isGraph()) {
        for (GraphVertex vertex : configuration.graph().getVertices().values()) {
          if (vertex instanceof LayerVertex) {
            all.add(((LayerVertex) vertex).getLayerConf().getLayer());
          }
        }
      } else {
        configuration.layers().getConfs().forEach(conf -> all.add(conf.getLayer()));
      }
      assertEquals(2, all.size());
      for (Layer layer : all) {
        assertEquals(expected, ((BaseLayer) layer).getGradientNormalization());
        assertEquals(0.5, ((BaseLayer) layer).getGradientNormalizationThreshold());
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "cross_entropy, LossMCXENT, softmax",
    "binary_cross_entropy, LossBinaryXENT, sigmoid",
    "mse, LossMSE, softmax",
    "focal, LossMCXENT, softmax",
  })
  void lossIsThatOfTheOutputLayer(String loss, String dl4j, String activation) {
    NetworkConfiguration configuration =
        configuration("{'layers':[{'type':'Output'}]}", "{'loss':'" + loss + "'}");
    assertEquals(LossSpec.Kind.of(loss), configuration.loss().kind());
    OutputLayer output = (OutputLayer) configuration.layers().getConf(0).getLayer();
    assertEquals(dl4j, output.getLossFn().getClass().getSimpleName());
    assertEquals(activation, output.getActivationFn().toString());
  }

  @Test
  void lossHasWhatItUses() {
    NetworkSpec plain = spec("{'layers':[{'type':'Output'}]}");
    assertEquals(LossSpec.CROSS_ENTROPY, plain.loss(options("{}")));
    assertEquals(
        new LossSpec(LossSpec.Kind.BINARY_CROSS_ENTROPY, 0.125, 0),
        plain.loss(options("{'loss':'binary_cross_entropy','label_smoothing':0.125}")));
    NetworkSpec focal =
        spec("{'loss':'focal','layers':[{'type':'Output','focal_gamma':3,'label_smoothing':0}]}");
    assertEquals(
        new LossSpec(LossSpec.Kind.FOCAL, 0, 3), focal.loss(options("{'label_smoothing':0.5}")));
    SparkDl4jException e =
        assertThrows(
            SparkDl4jException.class,
            () -> plain.loss(options("{'loss':'mse','label_smoothing':0.125}")));
    assertEquals(ErrorCode.PARAMETER_CONFLICT, e.code());
    assertEquals(
        "label_smoothing works with the losses cross_entropy and binary_cross_entropy, but the loss"
            + " is mse",
        e.getMessage());
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

  private static NetworkConfiguration configuration(String json, String options) {
    return spec(json).toConfiguration(new int[] {4, 4, 1}, 2, options(options), 1);
  }

  private static Options options(String json) {
    return new Options("network", Json.readObject(json.replace('\'', '"'), "options"));
  }
}
