package org.sparkdl4j.plan;

import org.bytedeco.dnnl.memory;

/** The activations between two layers, for one batch size. */
final class Tensor {
  /** {@code [batch, channels, height, width]} or {@code [batch, units]}. */
  final long[] dimensions;

  final memory.desc desc;
  final memory memory;

  /** Whether anything before it has parameters, so that its gradient is needed. */
  final boolean hasGradient;

  private Activation pending = Activation.IDENTITY;

  Tensor(long[] dimensions, memory.desc desc, memory memory, boolean hasGradient) {
    this.dimensions = dimensions;
    this.desc = desc;
    this.memory = memory;
    this.hasGradient = hasGradient;
  }

  /** Says that the values went through an activation that backward has yet to undo. */
  Tensor after(Activation activation) {
    pending = activation;
    return this;
  }

  /** The activation to undo in backward. */
  Activation pending() {
    return pending;
  }

  /** Leaves undoing the activation to the next layer, which returns it here. */
  Activation takePending() {
    Activation taken = pending;
    pending = Activation.IDENTITY;
    return taken;
  }

  boolean isImage() {
    return dimensions.length == 4;
  }
}
