package org.sparkdl4j.plan;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.nd4j.linalg.api.buffer.DataType;
import org.sparkdl4j.network.NetworkConfiguration;
import org.sparkdl4j.update.FlatUpdater;

/** The operations of a network in an order in which each comes after what it reads. */
final class PlanGraph {
  /** One of DL4J's layers or vertices in its place. */
  static final class Part {
    private final String name;
    private final List<String> inputs;
    private final InputPreProcessor preProcessor;

    /** The layer's configuration, or null of a vertex. */
    private final NeuralNetConfiguration layer;

    private final GraphVertex vertex;

    private Part(
        String name,
        List<String> inputs,
        InputPreProcessor preProcessor,
        NeuralNetConfiguration layer,
        GraphVertex vertex) {
      this.name = name;
      this.inputs = inputs;
      this.preProcessor = preProcessor;
      this.layer = layer;
      this.vertex = vertex;
    }

    private Object conf() {
      return layer == null ? vertex : layer.getLayer();
    }

    String name() {
      return name;
    }

    /** The names of the parts whose outputs it reads, or of the pictures. */
    List<String> inputs() {
      return inputs;
    }

    long parameters() {
      return layer == null ? 0 : layer.getLayer().initializer().numParams(layer);
    }

    boolean isDropout() {
      return layer != null && layer.getLayer().getIDropout() != null;
    }
  }

  /** The name of the pictures where layers follow one another. */
  private static final String INPUT = "input";

  private final List<PlanLayer> layers = new ArrayList<>();
  private final PicturesPlan pictures;

  /**
   * The operations of a network.
   *
   * @param inputShape {@code [height, width, channels]} of the pictures
   * @param order the names of a graph's vertices in the order of their parameters in DL4J's view;
   *     not used for layers one after the other
   * @param section which of them
   */
  PlanGraph(
      NetworkConfiguration configuration,
      int[] inputShape,
      List<String> order,
      boolean training,
      Section section) {
    Map<String, PlanLayer> outputs = new HashMap<>();
    String given = section.from();
    pictures = new PicturesPlan(given == null ? inputShape : pixels(section.fromShape()));
    layers.add(pictures);
    if (given == null) outputs.put(pictures(configuration), pictures);
    long offset = 0;
    int number = 0;
    for (Part part : parts(configuration, order)) {
      PlanLayer.Place place = new PlanLayer.Place(part.name, offset, number++);
      offset += part.parameters();
      if (part.name.equals(section.from())) {
        outputs.put(part.name, given(section.fromShape()));
        given = null;
      } else if (given == null) {
        add(place, part, section.isFrozen(part.name), outputs);
      }
      if (part.name.equals(section.to())) {
        keepOnlyWhatIsNeededFor(outputs.get(part.name));
        break;
      }
    }
    crop();
    leaveOutIdentities(training);
    fuse(training);
  }

  private void add(
      PlanLayer.Place place, Part part, boolean frozen, Map<String, PlanLayer> outputs) {
    List<PlanLayer> inputs = new ArrayList<>();
    for (String input : part.inputs) inputs.add(outputs.get(input));
    for (PlanLayer layer : operations(place, part)) {
      layer.read(inputs);
      if (frozen) layer.freeze();
      layers.add(layer);
      inputs = List.of(layer);
    }
    outputs.put(part.name, layers.get(layers.size() - 1));
  }

  /** What stands in for the outputs of a layer of this shape. */
  private PlanLayer given(int[] shape) {
    if (shape.length > 1) return pictures;
    PlanLayer values = new CollapsePlan(pictures.name);
    values.read(List.of(pictures));
    layers.add(values);
    return values;
  }

  private static int[] pixels(int[] shape) {
    return shape.length > 1 ? shape : new int[] {1, 1, shape[0]};
  }

  private void keepOnlyWhatIsNeededFor(PlanLayer output) {
    Set<PlanLayer> needed = Collections.newSetFromMap(new IdentityHashMap<>());
    Deque<PlanLayer> found = new ArrayDeque<>(List.of(output));
    while (!found.isEmpty()) {
      PlanLayer layer = found.pop();
      if (needed.add(layer)) found.addAll(layer.inputs());
    }
    layers.retainAll(needed);
  }

  /** The name of the pictures. */
  private static String pictures(NetworkConfiguration configuration) {
    return configuration.isGraph() ? configuration.graph().getNetworkInputs().get(0) : INPUT;
  }

  /** {@code [height, width, channels]} of what the network reads of a picture. */
  int[] readShape() {
    return pictures.shape();
  }

  /** The operations; the last one puts out what the loss reads. */
  List<PlanLayer> layers() {
    return layers;
  }

  /** How many layers read each layer's output. */
  Map<PlanLayer, Integer> readers() {
    Map<PlanLayer, Integer> readers = new IdentityHashMap<>();
    for (PlanLayer layer : layers) {
      for (PlanLayer input : layer.inputs()) readers.merge(input, 1, Integer::sum);
    }
    return readers;
  }

  /** What the plan lacks to compute a network, or null when it lacks nothing. */
  static String lacks(NetworkConfiguration configuration) {
    String lacking =
        configuration.isGraph() ? lacks(configuration.graph()) : lacks(configuration.layers());
    if (lacking != null) return lacking;
    List<String> order =
        configuration.isGraph()
            ? List.copyOf(configuration.graph().getVertices().keySet())
            : List.of();
    for (Part part : parts(configuration, order)) {
      lacking = lacks(part);
      if (lacking != null) return lacking + " (" + part.name + ")";
    }
    return null;
  }

  private static List<PlanLayer> operations(PlanLayer.Place place, Part part) {
    List<PlanLayer> operations = new ArrayList<>();
    if (part.layer != null) {
      Layer layer = part.layer.getLayer();
      if (layer.getIDropout() != null && !(layer instanceof DropoutLayer)) {
        operations.add(new DropoutPlan(place, layer.getIDropout()));
      }
    }
    operations.addAll(PlanLayer.kind(part.conf()).of(place, part.conf()));
    return operations;
  }

  /** The layers and vertices, in the order of their parameters in DL4J's view. */
  static List<Part> parts(NetworkConfiguration configuration, List<String> order) {
    List<Part> parts = new ArrayList<>();
    if (configuration.isGraph()) {
      ComputationGraphConfiguration graph = configuration.graph();
      for (String name : order) {
        GraphVertex vertex = graph.getVertices().get(name);
        List<String> inputs = graph.getVertexInputs().get(name);
        if (vertex instanceof LayerVertex) {
          LayerVertex layer = (LayerVertex) vertex;
          parts.add(new Part(name, inputs, layer.getPreProcessor(), layer.getLayerConf(), null));
        } else if (vertex != null) {
          parts.add(new Part(name, inputs, null, null, vertex));
        }
      }
      return parts;
    }
    MultiLayerConfiguration layers = configuration.layers();
    String before = INPUT;
    int number = 0;
    for (NeuralNetConfiguration conf : layers.getConfs()) {
      String own = conf.getLayer().getLayerName();
      String name = own == null ? "layer" + number : own;
      parts.add(new Part(name, List.of(before), layers.getInputPreProcess(number++), conf, null));
      before = name;
    }
    return parts;
  }

  private static String lacks(MultiLayerConfiguration configuration) {
    String lacking = lacks(configuration.getBackpropType(), configuration.getDataType());
    if (lacking != null) return lacking;
    List<NeuralNetConfiguration> confs = configuration.getConfs();
    for (int i = 0; i < confs.size(); i++) {
      boolean last = i == confs.size() - 1;
      if (last != confs.get(i).getLayer() instanceof OutputLayer) {
        return "an output that is not at the end";
      }
    }
    return null;
  }

  private static String lacks(BackpropType backpropagation, DataType type) {
    if (backpropagation != BackpropType.Standard) return "" + backpropagation;
    return type == DataType.FLOAT ? null : "" + type;
  }

  private static String lacks(ComputationGraphConfiguration configuration) {
    String lacking = lacks(configuration.getBackpropType(), configuration.getDataType());
    if (lacking != null) return lacking;
    if (configuration.getNetworkInputs().size() != 1
        || configuration.getNetworkOutputs().size() != 1) {
      return "a graph with several inputs or outputs";
    }
    String output = configuration.getNetworkOutputs().get(0);
    Set<String> names = configuration.getVertices().keySet();
    for (String name : names) {
      GraphVertex vertex = configuration.getVertices().get(name);
      boolean isOutput =
          vertex instanceof LayerVertex
              && ((LayerVertex) vertex).getLayerConf().getLayer() instanceof OutputLayer;
      if (isOutput != name.equals(output)) return "an output that is not at the end";
    }
    return null;
  }

  private static String lacks(Part part) {
    Object conf = part.conf();
    PlanLayer.Kind<?> kind = PlanLayer.kind(conf);
    if (kind == null) return conf.getClass().getSimpleName();
    if (part.preProcessor != null
        && (part.preProcessor.getClass() != CnnToFeedForwardPreProcessor.class
            || !(conf instanceof FeedForwardLayer))) {
      return part.preProcessor.getClass().getSimpleName();
    }
    if (part.layer == null) return kind.lacking(conf);
    return lacks(part.layer, kind);
  }

  private static String lacks(NeuralNetConfiguration configuration, PlanLayer.Kind<?> kind) {
    Layer layer = configuration.getLayer();
    if (!configuration.isMiniBatch() || !configuration.isMinimize()) return "sums as gradients";
    if (configuration.getStepFunction() != null) return "a step function";
    if (layer.getConstraints() != null && !layer.getConstraints().isEmpty()) return "constraints";
    String lacking = DropoutPlan.lacksDropout(layer.getIDropout());
    if (lacking == null) lacking = kind.lacking(layer);
    if (lacking != null || !(layer instanceof BaseLayer) || layer instanceof DropoutLayer) {
      return lacking;
    }
    return FlatUpdater.lacks((BaseLayer) layer);
  }

  /**
   * Leaves out the rows and columns that nothing reads. Where windows do not fill a picture, DL4J
   * drops what is left; whatever only this was made of, back to the pictures themselves, need not
   * be computed at all. The rest is the same, number by number, and so are all gradients.
   */
  private void crop() {
    Map<PlanLayer, Integer> readers = readers();
    List<PlanLayer> leading = new ArrayList<>();
    List<long[]> inputSizes = new ArrayList<>();
    int[] shape = pictures.shape();
    long[] size = {shape[0], shape[1]};
    PlanLayer next = onlyReader(pictures, readers);
    while (next != null && next.inputs().size() == 1) {
      long[] output = next.outputSize(size);
      if (output == null) break;
      leading.add(next);
      inputSizes.add(size);
      size = output;
      next = onlyReader(next, readers);
    }
    for (int i = leading.size() - 1; i >= 0; i--) {
      size = leading.get(i).crop(inputSizes.get(i), size);
    }
    pictures.crop(size);
  }

  private void leaveOutIdentities(boolean training) {
    for (PlanLayer layer : List.copyOf(layers)) {
      if (layer.isIdentity(training && !layer.isFrozen())) leaveOut(layer, layer.inputs().get(0));
    }
  }

  private void fuse(boolean training) {
    Map<PlanLayer, Integer> readers = readers();
    for (int i = 0; i < layers.size(); i++) {
      PlanLayer layer = layers.get(i);
      PlanLayer follower = onlyReader(layer, readers);
      while (follower != null
          // What the follower reads beside must have been computed by then.
          && layers.indexOf(layer) == lastInput(follower)
          && layer.isFrozen() == follower.isFrozen()
          && layer.fuse(follower, training && !layer.isFrozen())) {
        List<PlanLayer> all = new ArrayList<>(layer.inputs());
        for (PlanLayer beside : follower.inputs()) {
          if (beside != layer) all.add(beside);
        }
        layer.read(all);
        leaveOut(follower, layer);
        readers = readers();
        follower = onlyReader(layer, readers);
      }
    }
  }

  private PlanLayer onlyReader(PlanLayer layer, Map<PlanLayer, Integer> readers) {
    if (readers.getOrDefault(layer, 0) != 1) return null;
    for (PlanLayer other : layers) {
      if (other.inputs().contains(layer)) return other;
    }
    return null;
  }

  private int lastInput(PlanLayer layer) {
    int last = -1;
    for (PlanLayer input : layer.inputs()) last = Math.max(last, layers.indexOf(input));
    return last;
  }

  /** Takes a layer out; what read it reads its stand-in. */
  private void leaveOut(PlanLayer layer, PlanLayer standIn) {
    layers.remove(layer);
    for (PlanLayer other : layers) {
      List<PlanLayer> inputs = new ArrayList<>(other.inputs());
      inputs.replaceAll(input -> input == layer ? standIn : input);
      other.read(inputs);
    }
  }
}
