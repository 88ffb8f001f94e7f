package org.sparkdl4j.plan;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.format_tag;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.dnnl.primitive_desc;
import org.sparkdl4j.onednn.OneDnn;

/** What convolutions and dense layers share: weights, bias, and the choice of formats. */
abstract class WeightedPlan extends PlanLayer {
  /** Formats that a layer could compute with. */
  static final class Formats {
    /** How a stored choice names it. */
    private final String name;

    private final memory.desc from;
    private final memory.desc to;

    /** How the name of the forward pass's implementation should begin. */
    private String implementation = "";

    private boolean keepsWeights;

    /** Formats of input and output; oneDNN chooses that of the weights. */
    Formats(String name, memory.desc from, memory.desc to) {
      this.name = name;
      this.from = from;
      this.to = to;
    }

    /** Prefers implementations of the forward pass whose names begin so. */
    Formats preferring(String wanted) {
      implementation = wanted;
      return this;
    }

    /** Takes weights and their gradient as DL4J has them, so that neither must be converted. */
    Formats keepingWeights() {
      keepsWeights = true;
      return this;
    }
  }

  /** Descriptions that fit together, in formats that oneDNN can compute all of them with. */
  private static final class Choice {
    private memory.desc source;
    private memory.desc target;
    private primitive_desc forward;
    private primitive_desc weights;
    private primitive_desc data;
    private boolean isFused;

    private boolean isReference() {
      return OneDnn.isReference(forward)
          || OneDnn.isReference(weights)
          || (data != null && OneDnn.isReference(data));
    }
  }

  /** Marks a layer without bias. */
  static final long NONE = -1;

  private final long weightsOffset;
  private final long biasOffset;
  private Activation activation = Activation.IDENTITY;

  /** Of the batch normalisation that inference folds into the weights, or null. */
  private RunningStatistics folded;

  private boolean addsResidual;
  private final Set<String> formatNames = new LinkedHashSet<>();
  private memory.desc plainWeights;
  private memory.desc bias;
  private Choice choice;
  private memory source;

  /** What the layer reads. */
  Tensor input;

  /**
   * A layer.
   *
   * @param biasOffset of the first bias in DL4J's flattened view, or {@link #NONE}
   */
  WeightedPlan(String name, long weightsOffset, long biasOffset) {
    super(name);
    this.weightsOffset = weightsOffset;
    this.biasOffset = biasOffset;
  }

  /** The names of the formats that could be tried, once the layer has been added to a chain. */
  Set<String> formatNames() {
    return formatNames;
  }

  /** What decides which format is the fastest: layers with the same may share a choice. */
  String geometry() {
    return getClass().getSimpleName()
        + Arrays.toString(input.dimensions)
        + Arrays.toString(outputDimensions())
        + Arrays.toString(weightDimensions())
        + (input.hasGradient ? "" : " first");
  }

  /** The shape of the output for the input. */
  abstract long[] outputDimensions();

  /** The shape of the weights as oneDNN has them. */
  abstract long[] weightDimensions();

  /** The weights as DL4J has them in memory. */
  abstract memory.desc weights();

  /** In which formats to compute, the most promising first. */
  abstract List<Formats> formats(Chain chain, long[] outputDimensions);

  /** Describes the forward pass; null when oneDNN cannot compute it. */
  abstract primitive_desc describeForward(
      prop_kind kind,
      memory.desc from,
      memory.desc weights,
      memory.desc bias,
      memory.desc to,
      primitive_attr attributes);

  /** Describes the gradient of weights and bias; null when oneDNN cannot compute it. */
  abstract primitive_desc describeWeights(
      memory.desc from,
      memory.desc weights,
      memory.desc bias,
      memory.desc to,
      primitive_attr attributes,
      primitive_desc forward);

  /** Describes the gradient of the input; null when oneDNN cannot compute it. */
  abstract primitive_desc describeData(
      memory.desc from,
      memory.desc weights,
      memory.desc to,
      primitive_attr attributes,
      primitive_desc forward);

  @Override
  boolean fuse(PlanLayer follower, boolean training) {
    if (!activation.isIdentity()) return false;
    if (follower instanceof ActivationPlan) {
      Activation following = ((ActivationPlan) follower).activation();
      if (training && !following.isUndoneByOutput()) return false;
      activation = following;
      return true;
    }
    if (training || addsResidual) return false;
    if (follower instanceof BatchNormPlan && folded == null) {
      folded = ((BatchNormPlan) follower).statistics();
      return true;
    }
    addsResidual = follower instanceof AddPlan && follower.inputs().size() == 2;
    return addsResidual;
  }

  @Override
  Tensor forward(Chain chain, List<Tensor> inputs) {
    input = inputs.get(0);
    long[] dimensions = outputDimensions();
    // Every weight counts once for every place of the output.
    chain.count(product(weightDimensions()) * product(dimensions) / dimensions[1]);
    plainWeights = chain.keep(weights());
    bias =
        chain.keep(
            hasBias() || folded != null
                ? OneDnn.desc(new long[] {dimensions[1]}, format_tag.x)
                // What oneDNN takes for none.
                : new memory.desc());
    choice = choose(chain, dimensions);
    source = chain.input(name, input, choice.source);
    Tensor output =
        addsResidual
            ? overResidual(chain, inputs.get(1), dimensions)
            : chain.output(dimensions, choice.target, true).after(activation);
    List<Object> arguments = new ArrayList<>();
    arguments.addAll(List.of(DNNL_ARG_SRC, source, DNNL_ARG_DST, output.memory));
    if (folded == null) {
      arguments.addAll(List.of(DNNL_ARG_WEIGHTS, weights(chain, choice.forward)));
      if (hasBias()) {
        arguments.addAll(List.of(DNNL_ARG_BIAS, chain.parameters(bias, biasOffset)));
      }
    } else {
      FoldedWeights own = fold(chain);
      arguments.addAll(List.of(DNNL_ARG_WEIGHTS, own.weights(), DNNL_ARG_BIAS, own.bias()));
    }
    chain.step(name + ".forward", choice.forward, arguments.toArray());
    if (!choice.isFused) {
      activation.forward(chain, name, output.desc, output.memory, output.memory);
    }
    return output;
  }

  @Override
  void backward(Chain chain, memory gradient) {
    memory.desc found = choice.weights.diff_weights_desc();
    memory target = chain.gradients(plainWeights, weightsOffset);
    boolean inPlace = found.equals(plainWeights);
    memory weights = inPlace ? target : chain.value(found);
    List<Object> arguments = new ArrayList<>();
    arguments.addAll(List.of(DNNL_ARG_SRC, source, DNNL_ARG_DIFF_DST, gradient));
    arguments.addAll(List.of(DNNL_ARG_DIFF_WEIGHTS, weights));
    if (hasBias()) {
      arguments.addAll(List.of(DNNL_ARG_DIFF_BIAS, chain.gradients(bias, biasOffset)));
    }
    chain.step(name + ".backward-weights", choice.weights, arguments.toArray());
    if (!inPlace) chain.reorder(name + ".gradients", found, weights, plainWeights, target);
    if (!input.hasGradient) return;

    memory data = chain.value(choice.source);
    chain.step(
        name + ".backward-data",
        choice.data,
        DNNL_ARG_DIFF_DST,
        gradient,
        DNNL_ARG_WEIGHTS,
        weights(chain, choice.data),
        DNNL_ARG_DIFF_SRC,
        data);
    input.contribute(choice.source, data, false);
  }

  private boolean hasBias() {
    return biasOffset != NONE;
  }

  private memory weights(Chain chain, primitive_desc description) {
    return chain.parameters(name, plainWeights, weightsOffset, description.weights_desc());
  }

  /**
   * The type to compute in. Layers that read pictures are float32 always; so are those with odd
   * numbers of channels, since oneDNN 2.5's gradients of 1x1 convolutions are wrong for these.
   */
  final memory.data_type type(Chain chain, long inputs, long outputs) {
    return input.hasGradient && inputs % 2 == 0 && outputs % 2 == 0 ? chain.type() : OneDnn.FLOAT;
  }

  private FoldedWeights fold(Chain chain) {
    FoldedWeights own =
        new FoldedWeights(
            chain.weights(),
            folded,
            name,
            plainWeights,
            weightDimensions(),
            weightsOffset,
            biasOffset,
            choice.forward.weights_desc());
    chain.derive(name, own);
    return own;
  }

  /** Memory that has the residual's values, which the output is added to. */
  private Tensor overResidual(Chain chain, Tensor residual, long[] dimensions) {
    if (residual.desc.equals(choice.target) && residual.mayBeOverwritten(chain)) {
      return new Tensor(dimensions, choice.target, residual.memory, true);
    }
    Tensor output = chain.output(dimensions, choice.target, true);
    chain.reorder(name + ".residual", residual.desc, residual.memory, choice.target, output.memory);
    return output;
  }

  /**
   * What tuning has chosen, else the first of the formats without reference loops, else the first
   * that works.
   */
  private Choice choose(Chain chain, long[] dimensions) {
    Choice fallback = null;
    List<Formats> all = formats(chain, dimensions);
    String tuned = chain.tuning().of(name);
    for (Formats formats : all) formatNames.add(formats.name);
    all.sort(Comparator.comparing(formats -> !formats.name.equals(tuned)));
    for (Formats formats : all) {
      Choice candidate = candidate(chain, formats);
      if (candidate == null) continue;
      if (!candidate.isReference()) return candidate;
      if (fallback == null) fallback = candidate;
    }
    if (fallback == null) {
      throw new UnsupportedOperationException(name + ": oneDNN cannot compute this layer");
    }
    return fallback;
  }

  private Choice candidate(Chain chain, Formats formats) {
    memory.desc gradients =
        formats.keepsWeights ? plainWeights : OneDnn.desc(weightDimensions(), format_tag.any);
    // Gradients are float32 even where the values are less precise.
    memory.desc weights = OneDnn.as(gradients, formats.from.data_type());
    Choice found = new Choice();
    // Training decides the formats of inference too, so that both compute alike.
    primitive_desc plain =
        describeForward(
            prop_kind.forward_training,
            formats.from,
            weights,
            bias,
            formats.to,
            chain.attributes());
    if (plain == null) return null;
    found.source = chain.keep(plain.src_desc());
    found.target = chain.keep(plain.dst_desc());
    post_ops sum = new post_ops();
    if (addsResidual) sum.append_sum();
    primitive_attr unfused = OneDnn.attributes(sum);
    post_ops operations = new post_ops();
    if (addsResidual) operations.append_sum();
    activation.appendTo(operations);
    primitive_attr fused = OneDnn.attributes(operations);
    found.forward =
        preferred(
            formats.implementation,
            () ->
                describeForward(
                    chain.propagation(), found.source, weights, bias, found.target, fused));
    found.isFused = found.forward != null && !OneDnn.isReference(found.forward);
    if (!found.isFused) {
      found.forward =
          preferred(
              formats.implementation,
              () ->
                  describeForward(
                      chain.propagation(), found.source, weights, bias, found.target, unfused));
    }
    if (found.forward == null) return null;
    found.weights =
        describeWeights(found.source, gradients, bias, found.target, chain.attributes(), plain);
    if (found.weights == null) return null;
    if (input.hasGradient) {
      found.data = describeData(found.source, weights, found.target, chain.attributes(), plain);
      if (found.data == null) return null;
    }
    return found;
  }

  /** Described so that the implementation's name begins as wanted, if there is such a one. */
  private static primitive_desc preferred(
      String implementation, Supplier<primitive_desc> description) {
    primitive_desc found = description.get();
    while (found != null) {
      if (OneDnn.implementation(found).startsWith(implementation)) return found;
      if (!found.next_impl()) break;
    }
    return found == null ? null : description.get();
  }

  private static long product(long[] sizes) {
    return Arrays.stream(sizes).reduce(1, (a, b) -> a * b);
  }
}
