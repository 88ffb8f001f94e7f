package org.sparkdl4j.plan;

import org.sparkdl4j.onednn.Step;

/** How long one step of a training takes. */
public final class StepTime {
  private final Step step;
  private final double seconds;

  StepTime(Step step, double seconds) {
    this.step = step;
    this.seconds = seconds;
  }

  /** The layer's name and what of it, such as {@code layer0.forward}; or what is of no layer. */
  public String name() {
    return step.name();
  }

  /**
   * What is computed, as oneDNN names it, such as {@code convolution}; or {@code loss}, {@code
   * dropout}, {@code updater}.
   */
  public String kind() {
    return step.kind();
  }

  /** oneDNN's name of the implementation, or {@code java}. */
  public String implementation() {
    return step.implementation();
  }

  /** The median over the repetitions. */
  public double seconds() {
    return seconds;
  }
}
