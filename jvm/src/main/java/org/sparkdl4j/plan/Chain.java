package org.sparkdl4j.plan;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_MULTIPLE_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SCRATCHPAD;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.primitive;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.dnnl.primitive_desc_base;
import org.bytedeco.dnnl.reorder;
import org.bytedeco.dnnl.sum;
import org.bytedeco.javacpp.Pointer;
import org.sparkdl4j.onednn.NativeAddress;
import org.sparkdl4j.onednn.NativeObjects;
import org.sparkdl4j.onednn.OneDnn;
import org.sparkdl4j.onednn.Step;

/**
 * The steps of a plan while the layers add to them: weights into their formats, forward, loss,
 * backward, and the values in between.
 */
final class Chain implements AutoCloseable {
  private final boolean training;
  private final int count;
  private final memory.data_type type;
  private final Tuning tuning;
  private final NativeObjects objects = new NativeObjects();
  private final Buffers buffers;
  private final Weights weights;
  private final List<DerivedParameters> derived = new ArrayList<>();
  private final List<memory> pictures = new ArrayList<>();
  private final List<LongConsumer> seeded = new ArrayList<>();
  private final List<Step> steps = new ArrayList<>();
  private final primitive_attr plain;

  private long multiplyAdds;

  /** Whether what is added now stays as it is in training. */
  private boolean isFrozen;

  /** How many of the steps are forward. */
  private int forwardSteps = -1;

  /**
   * A chain without steps.
   *
   * @param count pictures in a minibatch
   * @param type of the values between layers that may be less precise than float32
   * @param tuning the formats to prefer
   */
  Chain(
      Weights weights,
      Arena arena,
      int count,
      boolean training,
      memory.data_type type,
      Tuning tuning) {
    this.weights = weights;
    this.count = count;
    this.training = training;
    this.type = type;
    this.tuning = tuning;
    buffers = new Buffers(objects, arena);
    plain = objects.keep(OneDnn.attributes(new post_ops()));
  }

  /** Whether what is added now is trained. */
  boolean isTraining() {
    return training && !isFrozen;
  }

  /** Says whether what is added from now on stays as it is in training. */
  void freeze(boolean frozen) {
    isFrozen = frozen;
  }

  /** Pictures in a minibatch. */
  int count() {
    return count;
  }

  /** The type of what convolutions and dense layers read. */
  memory.data_type type() {
    return type;
  }

  Tuning tuning() {
    return tuning;
  }

  prop_kind propagation() {
    return isTraining() ? prop_kind.forward_training : prop_kind.forward_inference;
  }

  /** What every primitive without anything fused has. */
  primitive_attr attributes() {
    return plain;
  }

  // ---------------------------------------------------------------------------------- values

  /** The pictures in memory of the caller, {@code [batch, height, width, channels]}. */
  Tensor pictures(long[] dimensions) {
    memory.desc desc = objects.keep(OneDnn.desc(dimensions, memory.format_tag.nhwc));
    return new Tensor(dimensions, desc, picturesAs(desc), false);
  }

  /** The caller's pictures as another description of the same memory. */
  memory picturesAs(memory.desc desc) {
    memory input = objects.keep(new memory(desc, OneDnn.ENGINE, new NativeAddress(0)));
    pictures.add(input);
    return input;
  }

  /** Memory for what a layer puts out. */
  Tensor output(long[] dimensions, memory.desc desc, boolean hasGradient) {
    return new Tensor(dimensions, desc, value(objects.keep(desc)), hasGradient);
  }

  /** Memory from the step that first uses it to the one that last does. */
  memory value(memory.desc desc) {
    return buffers.value(desc);
  }

  /** The memory of a value or of the pictures, or a part of it, under another description. */
  memory view(memory of, memory.desc desc) {
    return pictures.contains(of) ? picturesAs(desc) : buffers.view(of, desc);
  }

  /** Whether memory is of a value between steps, and not the caller's or the weights'. */
  boolean owns(memory object) {
    return buffers.isValue(object);
  }

  /** Memory of its own, as long as the plan lives. */
  memory own(memory.desc desc) {
    return objects.keep(new memory(desc, OneDnn.ENGINE));
  }

  /** Keeps a native object as long as the plan lives. */
  <P extends Pointer> P keep(P object) {
    return objects.keep(object);
  }

  /** The tensor's values in another format. */
  memory input(String layer, Tensor tensor, memory.desc wanted) {
    if (wanted.equals(tensor.desc)) return tensor.memory;
    // One channel last or one channel first is the same memory.
    if (pictures.contains(tensor.memory)
        && tensor.dimensions[1] == 1
        && wanted.equals(OneDnn.desc(tensor.dimensions, memory.format_tag.nchw))) {
      return picturesAs(wanted);
    }
    return converted(layer + ".input", tensor.desc, tensor.memory, wanted);
  }

  /** Values in another format; the same memory where the format is the one wanted. */
  memory converted(String name, memory.desc desc, memory values, memory.desc wanted) {
    if (wanted.equals(desc)) return values;
    memory converted = value(wanted);
    reorder(name, desc, values, wanted, converted);
    return converted;
  }

  /** The sum of values of one format. */
  memory sum(String name, memory.desc desc, List<memory> parts) {
    float[] scales = new float[parts.size()];
    Arrays.fill(scales, 1);
    memory.desc descs = OneDnn.array(Collections.nCopies(parts.size(), desc));
    sum.primitive_desc description =
        new sum.primitive_desc(desc, scales, descs, OneDnn.ENGINE, plain);
    memory total = value(desc);
    Object[] arguments = new Object[2 * parts.size() + 2];
    for (int i = 0; i < parts.size(); i++) {
      arguments[2 * i] = DNNL_ARG_MULTIPLE_SRC + i;
      arguments[2 * i + 1] = parts.get(i);
    }
    arguments[2 * parts.size()] = DNNL_ARG_DST;
    arguments[2 * parts.size() + 1] = total;
    step(name, description, arguments);
    return total;
  }

  // ------------------------------------------------------------------------------ parameters

  memory parameters(memory.desc plainDesc, long offset) {
    return weights.parameters(objects, plainDesc, offset);
  }

  /**
   * Parameters in a format that oneDNN wants. Training changes them in every step, so it converts
   * them where they are needed, into memory that serves for other values before and after; for
   * inference there are copies that stay.
   */
  memory parameters(String layer, memory.desc plainDesc, long offset, memory.desc wanted) {
    if (wanted.equals(plainDesc)) return parameters(plainDesc, offset);
    if (isTraining()) {
      return converted(layer + ".weights", plainDesc, parameters(plainDesc, offset), wanted);
    }
    Weights.Copy copy = weights.copy(layer, plainDesc, offset, wanted);
    derive(layer, copy);
    return copy.memory();
  }

  /**
   * Brings something that follows from the parameters up to date before the step that is added
   * next; another such step may take its memory afterwards.
   */
  void derive(String layer, DerivedParameters parameters) {
    derived.add(parameters);
    LongSupplier version = isFrozen ? weights::frozenVersion : weights::version;
    steps.add(
        new Step(layer + ".weights", "reorder", () -> parameters.refresh(version.getAsLong())));
  }

  /** DL4J's parameters and gradients. */
  Weights weights() {
    return weights;
  }

  memory gradients(memory.desc plainDesc, long offset) {
    return weights.gradients(objects, plainDesc, offset);
  }

  // ----------------------------------------------------------------------------------- steps

  /**
   * Adds a step.
   *
   * @param name the layer's name, a dot and what of it
   * @param arguments alternating: an argument's number, its {@link memory}
   */
  void step(String name, primitive_desc_base description, Object... arguments) {
    Object[] all = Arrays.copyOf(arguments, arguments.length + 2);
    all[arguments.length] = DNNL_ARG_SCRATCHPAD;
    all[arguments.length + 1] = value(description.scratchpad_desc());
    for (int i = 1; i < all.length; i += 2) use((memory) all[i]);
    primitive primitive = new primitive(description.get());
    steps.add(new Step(objects, name, description, primitive, all));
  }

  /** Adds a step in Java; {@code values} are what it reads and writes. */
  void step(String name, String kind, Runnable action, memory... values) {
    for (memory value : values) use(value);
    steps.add(new Step(name, kind, action));
  }

  /** Adds a step that brings values into another format. */
  void reorder(String name, memory.desc from, memory source, memory.desc to, memory target) {
    reorder.primitive_desc description =
        new reorder.primitive_desc(OneDnn.ENGINE, from, OneDnn.ENGINE, to, plain, false);
    step(name, description, DNNL_ARG_SRC, source, DNNL_ARG_DST, target);
  }

  /** Adds a step that fills values with zeros. */
  void zero(String name, memory.desc desc, memory target) {
    long size = desc.get_size();
    step(
        name,
        "reorder",
        () -> Pointer.memset(new NativeAddress(OneDnn.address(target)), 0, size),
        target);
  }

  /** Adds what depends on the minibatch's seed, before the forward pass. */
  void seeded(LongConsumer action, memory filled) {
    seeded.add(action);
    buffers.use(filled, 0);
  }

  /** Says how many multiply-adds a step of the forward pass does. */
  void count(long multiplyAdds) {
    this.multiplyAdds += multiplyAdds;
  }

  /** Multiply-adds of the forward pass, as far as they were counted. */
  long multiplyAdds() {
    return multiplyAdds;
  }

  /** Ends the forward pass: {@code values} are read or written between it and the backward pass. */
  void endForward(memory... values) {
    for (memory value : values) use(value);
    forwardSteps = steps.size();
  }

  /** Places all values: nothing may be added afterwards. */
  void finish() {
    buffers.place();
  }

  // ------------------------------------------------------------------------------------- run

  /** Makes sure that the values have memory; returns whether it has moved since the last time. */
  boolean bind() {
    return buffers.bind();
  }

  /** Points the input at the caller's memory. */
  void setPictures(long address) {
    for (memory input : pictures) OneDnn.point(input, address);
  }

  /** Gives back the memory of what follows from the parameters, until it is refreshed. */
  void dropDerived() {
    for (DerivedParameters each : derived) each.drop();
  }

  /** Brings up to date what follows from the minibatch's seed. */
  void seed(long seed) {
    for (LongConsumer action : seeded) action.accept(seed);
  }

  void runForward(long seed) {
    seed(seed);
    for (int i = 0; i < forwardSteps; i++) steps.get(i).run();
  }

  void runBackward() {
    for (int i = forwardSteps; i < steps.size(); i++) steps.get(i).run();
  }

  /** All steps, in the order in which they run. */
  List<Step> steps() {
    return steps;
  }

  /** How many of the steps are of the forward pass. */
  int forwardSteps() {
    return forwardSteps;
  }

  /** Bytes of memory for values. */
  long bytes() {
    return buffers.bytes();
  }

  /** The fewest bytes that any placement of the values could need. */
  long minimumBytes() {
    return buffers.minimum();
  }

  @Override
  public void close() {
    for (DerivedParameters each : derived) each.release();
    derived.clear();
    objects.close();
  }

  private void use(memory value) {
    // Time 0 is before the first step; the loss has a moment of its own between two steps.
    int now = forwardSteps < 0 ? steps.size() + 1 : steps.size() + 2;
    buffers.use(value, now);
  }
}
