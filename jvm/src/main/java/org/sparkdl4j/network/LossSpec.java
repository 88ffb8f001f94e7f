package org.sparkdl4j.network;

import java.util.Locale;
import java.util.Objects;

/** What training minimises, and how the output layer's values become probabilities. Immutable. */
public final class LossSpec {
  /** The kinds of loss; their names in lower case are those of the option {@code loss}. */
  public enum Kind {
    /** Softmax and cross-entropy (DL4J: MCXENT). */
    CROSS_ENTROPY,
    /** A sigmoid per class and binary cross-entropy, summed over the classes (DL4J: XENT). */
    BINARY_CROSS_ENTROPY,
    /** Softmax and the squared error, averaged over the classes (DL4J: MSE). */
    MSE,
    /**
     * Softmax and focal loss, {@code -(1 - p)^gamma log p} of the label's probability p (Lin et
     * al., Focal Loss for Dense Object Detection, 2017, section 3.2; without alpha, whose place
     * class weights take). DL4J has none: its configuration says MCXENT.
     */
    FOCAL;

    /** The kind that an option's value names. */
    public static Kind of(String name) {
      return valueOf(name.toUpperCase(Locale.ROOT));
    }
  }

  /** Softmax and cross-entropy, as they are. */
  public static final LossSpec CROSS_ENTROPY = new LossSpec(Kind.CROSS_ENTROPY, 0, 0);

  private final Kind kind;
  private final double labelSmoothing;
  private final double focalGamma;

  /**
   * A loss.
   *
   * @param labelSmoothing share of the label's probability spread evenly over all classes (Szegedy
   *     et al., Rethinking the Inception Architecture, 2016, section 7), 0 for none
   * @param focalGamma of {@link Kind#FOCAL}, at least 0
   */
  public LossSpec(Kind kind, double labelSmoothing, double focalGamma) {
    this.kind = kind;
    this.labelSmoothing = labelSmoothing;
    this.focalGamma = focalGamma;
  }

  public Kind kind() {
    return kind;
  }

  public double labelSmoothing() {
    return labelSmoothing;
  }

  public double focalGamma() {
    return focalGamma;
  }

  /** Whether the output's probabilities are those of independent sigmoids. */
  public boolean isSigmoid() {
    return kind == Kind.BINARY_CROSS_ENTROPY;
  }

  @Override
  public boolean equals(Object other) {
    if (!(other instanceof LossSpec)) return false;
    LossSpec that = (LossSpec) other;
    return kind == that.kind
        && labelSmoothing == that.labelSmoothing
        && focalGamma == that.focalGamma;
  }

  @Override
  public int hashCode() {
    return Objects.hash(kind, labelSmoothing, focalGamma);
  }
}
