package org.sparkdl4j.plan;

/** How long one step of a training takes. */
public final class StepTime {
  private final String step;
  private final String implementation;
  private final double seconds;

  StepTime(String step, String implementation, double seconds) {
    this.step = step;
    this.implementation = implementation;
    this.seconds = seconds;
  }

  /** The layer's name and what of it; {@code loss} and {@code update} are of no layer. */
  public String step() {
    return step;
  }

  /** oneDNN's name of the implementation, or {@code java}. */
  public String implementation() {
    return implementation;
  }

  /** The median over the repetitions. */
  public double seconds() {
    return seconds;
  }
}
