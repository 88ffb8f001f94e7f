package org.sparkdl4j.plan;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.format_tag;
import org.sparkdl4j.onednn.OneDnn;

/**
 * The activations between layers, for one batch size, and what backward knows of their gradient.
 */
final class Tensor {
  /** A gradient from one of the layers that read the tensor. */
  private static final class Contribution {
    private final memory.desc desc;
    private final memory values;
    private final boolean isShared;

    private Contribution(memory.desc desc, memory values, boolean isShared) {
      this.desc = desc;
      this.values = values;
      this.isShared = isShared;
    }
  }

  /** {@code [batch, channels, height, width]} or {@code [batch, units]}. */
  final long[] dimensions;

  final memory.desc desc;
  final memory memory;

  /** Whether anything before it has parameters, so that its gradient is needed. */
  final boolean hasGradient;

  private final List<Contribution> contributions = new ArrayList<>();
  private Activation pending = Activation.IDENTITY;
  private int readers;
  private int readsAdded;

  Tensor(long[] dimensions, memory.desc desc, memory memory, boolean hasGradient) {
    this.dimensions = dimensions;
    this.desc = desc;
    this.memory = memory;
    this.hasGradient = hasGradient;
  }

  /** The same values, whose gradient nobody needs. */
  Tensor withoutGradient() {
    return new Tensor(dimensions, desc, memory, false);
  }

  /** Says that the values went through an activation that backward has yet to undo. */
  Tensor after(Activation activation) {
    pending = activation;
    return this;
  }

  /** Says how many layers read the tensor. */
  void readBy(int layers) {
    readers = layers;
  }

  /** Says that one of its readers has added its steps of the forward pass. */
  void hasBeenRead() {
    readsAdded++;
  }

  /**
   * Whether the layer that reads it now may write its own output over the values: nobody reads them
   * afterwards, and in training nobody else ever.
   */
  boolean mayBeOverwritten(Chain chain) {
    int others = chain.isTraining() ? readers - 1 : readers - 1 - readsAdded;
    return others == 0 && pending.isIdentity() && chain.owns(memory);
  }

  /**
   * Leaves undoing the activation to the only reader, which returns it here; nothing is left where
   * there are more readers.
   */
  Activation takePending() {
    if (readers > 1) return Activation.IDENTITY;
    Activation taken = pending;
    pending = Activation.IDENTITY;
    return taken;
  }

  boolean isImage() {
    return dimensions.length == 4;
  }

  /** Height and width. */
  long[] size() {
    return new long[] {dimensions[2], dimensions[3]};
  }

  /** The shape in a format without blocks of channels: channels last where there are any. */
  memory.desc plain() {
    return OneDnn.desc(dimensions, isImage() ? format_tag.nhwc : format_tag.nc, desc.data_type());
  }

  /**
   * Adds to the gradient.
   *
   * @param shared whether another tensor has the same memory as its gradient
   */
  void contribute(memory.desc gradientDesc, memory gradient, boolean shared) {
    contributions.add(new Contribution(gradientDesc, gradient, shared));
  }

  /**
   * Adds the steps from the contributions to the gradient before the activation, in the tensor's
   * own format.
   *
   * @return null when nothing has contributed
   */
  memory gradient(Chain chain, String layer) {
    if (contributions.isEmpty()) return null;
    boolean shared = contributions.get(0).isShared;
    List<memory> parts = new ArrayList<>();
    for (Contribution each : contributions) {
      memory converted = chain.converted(layer + ".gradient", each.desc, each.values, desc);
      if (converted != each.values) shared = false;
      parts.add(converted);
    }
    memory total = parts.get(0);
    if (parts.size() > 1) {
      total = chain.sum(layer + ".gradients", desc, parts);
      shared = false;
    }
    if (pending.isIdentity()) return total;
    memory target = shared ? chain.value(desc) : total;
    pending.backward(chain, layer, desc, memory, total, target);
    return target;
  }
}
