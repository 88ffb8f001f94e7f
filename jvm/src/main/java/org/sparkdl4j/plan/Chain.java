package org.sparkdl4j.plan;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SCRATCHPAD;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongConsumer;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.global.dnnl.scratchpad_mode;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.primitive;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.dnnl.primitive_desc_base;
import org.bytedeco.dnnl.reorder;
import org.sparkdl4j.dataset.NativeAddress;

/**
 * The steps of a plan while the layers add to them: weights into their formats, forward, backward,
 * and the memory in between.
 *
 * <p>In training, activations stay until backward has read them, and the gradients of two
 * neighbours share two blocks of memory in turn; in inference, the activations do.
 */
final class Chain implements AutoCloseable {
  private static final int CONVERTED = 2;
  private static final int SCRATCHPAD = 3;
  private static final int SLOTS = 4;

  private final boolean training;
  private final NativeObjects objects = new NativeObjects();
  private final SharedBuffers buffers = new SharedBuffers(objects, SLOTS);
  private final Weights weights;
  private final List<Weights.Copy> copies = new ArrayList<>();
  private final List<memory> inputs = new ArrayList<>();
  private final Set<Step> prepare = new LinkedHashSet<>();
  private final List<Runnable> forward = new ArrayList<>();
  private final List<Runnable> backward = new ArrayList<>();
  private final List<LongConsumer> seeded = new ArrayList<>();
  private final List<Step> steps = new ArrayList<>();
  private final primitive_attr plain;
  private int turn;

  Chain(Weights weights, boolean training) {
    this.weights = weights;
    this.training = training;
    plain = objects.keep(attributes(Activation.IDENTITY));
  }

  boolean isTraining() {
    return training;
  }

  prop_kind propagation() {
    return training ? prop_kind.forward_training : prop_kind.forward_inference;
  }

  /** What every primitive without anything fused has. */
  primitive_attr attributes() {
    return plain;
  }

  /** What a primitive has that an activation is part of. */
  primitive_attr attributes(Activation activation) {
    primitive_attr attributes = new primitive_attr();
    // oneDNN's own scratchpad belongs to the thread that compiles; plans run on any thread.
    attributes.set_scratchpad_mode(scratchpad_mode.user);
    if (!activation.isIdentity()) {
      post_ops operations = activation.asPostOperation();
      attributes.set_post_ops(operations);
    }
    return attributes;
  }

  /** The pictures in memory of the caller, {@code [batch, channels, height, width]}. */
  Tensor input(long[] dimensions) {
    memory.desc desc = objects.keep(OneDnn.desc(dimensions, memory.format_tag.nchw));
    return new Tensor(dimensions, desc, callersMemory(desc), false);
  }

  /** Points the input at the caller's memory. */
  void setInput(long address) {
    for (memory input : inputs) OneDnn.point(input, address);
  }

  /** Memory for what a layer puts out. */
  Tensor output(long[] dimensions, memory.desc desc, boolean hasGradient) {
    objects.keep(desc);
    memory values = training ? own(desc) : buffers.value(turn = 1 - turn, desc);
    return new Tensor(dimensions, desc, values, hasGradient);
  }

  /** Memory for a gradient, until the gradient after the next one needs it. */
  memory gradient(memory.desc desc) {
    return buffers.value(turn = 1 - turn, desc);
  }

  /** Memory for a value within one layer's backward. */
  memory converted(memory.desc desc) {
    return buffers.value(CONVERTED, desc);
  }

  /** Memory of its own, as long as the plan lives. */
  memory own(memory.desc desc) {
    return objects.keep(new memory(desc, OneDnn.ENGINE));
  }

  /** The tensor's values in another format. */
  memory input(String layer, Tensor tensor, memory.desc wanted) {
    if (wanted.equals(tensor.desc)) return tensor.memory;
    boolean callers = inputs.contains(tensor.memory);
    // One channel last or one channel first is the same memory.
    if (callers && tensor.dimensions[1] == 1 && wanted.equals(nhwc(tensor))) {
      return callersMemory(wanted);
    }
    memory converted = training ? own(wanted) : converted(wanted);
    addReorder(forward, layer + ".input", tensor.desc, tensor.memory, wanted, converted);
    return converted;
  }

  /** Adds steps that bring a gradient into the format of the tensor that it belongs to. */
  memory gradient(String layer, memory.desc desc, memory gradient, Tensor tensor) {
    if (desc.equals(tensor.desc)) return gradient;
    memory converted = gradient(tensor.desc);
    addReorder(backward, layer + ".gradient", desc, gradient, tensor.desc, converted);
    return converted;
  }

  memory parameters(memory.desc plain, long offset) {
    return weights.parameters(objects, plain, offset);
  }

  /** Parameters in a format that oneDNN wants, brought up to date before every forward pass. */
  memory parameters(String layer, memory.desc plain, long offset, memory.desc wanted) {
    if (wanted.equals(plain)) return parameters(plain, offset);
    Weights.Copy copy = weights.copy(layer, plain, offset, wanted);
    copies.add(copy);
    prepare.add(copy.refresh());
    return copy.memory();
  }

  memory gradients(memory.desc plain, long offset) {
    return weights.gradients(objects, plain, offset);
  }

  /** Adds the step that brings a gradient of parameters into DL4J's view. */
  void storeGradients(String layer, memory.desc desc, memory values, memory.desc plain, memory to) {
    addReorder(backward, layer + ".gradients", desc, values, plain, to);
  }

  /** Adds a step to the forward pass; {@code arguments} as those of {@link Step}. */
  void forward(
      String name, primitive_desc_base description, primitive primitive, Object... arguments) {
    add(forward, name, description, primitive, arguments);
  }

  /** Adds a step to the backward pass. */
  void backward(
      String name, primitive_desc_base description, primitive primitive, Object... arguments) {
    add(backward, name, description, primitive, arguments);
  }

  /** Adds what depends on the minibatch's seed, before the forward pass. */
  void seeded(LongConsumer action) {
    seeded.add(action);
  }

  /** Gives all values their memory: nothing may be added afterwards. */
  void finish() {
    buffers.allocate();
  }

  void runForward(long seed) {
    for (Step step : prepare) step.run();
    for (LongConsumer action : seeded) action.accept(seed);
    for (Runnable step : forward) step.run();
  }

  void runBackward() {
    for (Runnable step : backward) step.run();
  }

  /** All steps, in the order in which the layers added them. */
  List<Step> steps() {
    return steps;
  }

  @Override
  public void close() {
    for (Weights.Copy copy : copies) copy.release();
    copies.clear();
    objects.close();
  }

  private static memory.desc nhwc(Tensor tensor) {
    return OneDnn.desc(tensor.dimensions, memory.format_tag.nhwc);
  }

  /** The caller's pictures as another description of the same memory. */
  memory callersMemory(memory.desc desc) {
    memory input = objects.keep(new memory(desc, OneDnn.ENGINE, new NativeAddress(0)));
    inputs.add(input);
    return input;
  }

  private void addReorder(
      List<Runnable> list,
      String name,
      memory.desc from,
      memory source,
      memory.desc to,
      memory target) {
    reorder.primitive_desc description =
        new reorder.primitive_desc(OneDnn.ENGINE, from, OneDnn.ENGINE, to, plain, false);
    add(
        list,
        name,
        description,
        new reorder(description),
        DNNL_ARG_SRC,
        source,
        DNNL_ARG_DST,
        target);
  }

  private void add(
      List<Runnable> list,
      String name,
      primitive_desc_base description,
      primitive primitive,
      Object... arguments) {
    Object[] all = Arrays.copyOf(arguments, arguments.length + 2);
    all[arguments.length] = DNNL_ARG_SCRATCHPAD;
    all[arguments.length + 1] = buffers.value(SCRATCHPAD, description.scratchpad_desc());
    Step step = new Step(objects, name, OneDnn.implementation(description), primitive, all);
    list.add(step::run);
    steps.add(step);
  }
}
