package org.sparkdl4j.plan;

/** Who computes one step of a network. */
public final class LayerExecution {
  private final String step;
  private final String core;
  private final String implementation;

  LayerExecution(String step, String core, String implementation) {
    this.step = step;
    this.core = core;
    this.implementation = implementation;
  }

  /** The layer's name, and in the plan what of it, such as {@code layer0.forward}. */
  public String step() {
    return step;
  }

  /** {@code plan} or {@code dl4j}. */
  public String core() {
    return core;
  }

  /** oneDNN's name of the implementation, such as {@code jit:avx512_core}; empty for DL4J. */
  public String implementation() {
    return implementation;
  }

  @Override
  public String toString() {
    return step + " " + core + " " + implementation;
  }
}
