package org.sparkdl4j.update;

import java.util.List;
import org.deeplearning4j.nn.conf.GradientNormalization;

/**
 * DL4J's normalisation or clipping of the gradients of a layer, or of one of its parameters. It
 * takes all that the gradient view holds, batch normalisation's moving statistics too, as DL4J
 * does.
 */
final class GradientNormalizer {
  private final GradientNormalization kind;
  private final double threshold;
  private final List<UpdateChunk> chunks;

  /** A normaliser of the gradients in the chunks together. */
  GradientNormalizer(GradientNormalization kind, double threshold, List<UpdateChunk> chunks) {
    this.kind = kind;
    this.threshold = threshold;
    this.chunks = chunks;
  }

  /** Whether each parameter of a layer is normalised by itself. */
  static boolean isPerParameter(GradientNormalization kind) {
    return kind == GradientNormalization.RenormalizeL2PerParamType
        || kind == GradientNormalization.ClipL2PerParamType;
  }

  /** Whether {@link UpdateChunk#measure} must come before. */
  boolean needsSquares() {
    return kind != GradientNormalization.ClipElementWiseAbsoluteValue;
  }

  List<UpdateChunk> chunks() {
    return chunks;
  }

  /** Tells the chunks what becomes of this minibatch's gradients. */
  void prepare() {
    if (needsSquares()) {
      float factor = (float) factor(norm());
      for (UpdateChunk chunk : chunks) chunk.scale(factor);
    } else {
      for (UpdateChunk chunk : chunks) chunk.limit((float) threshold);
    }
  }

  private double factor(double norm) {
    if (kind == GradientNormalization.RenormalizeL2PerLayer
        || kind == GradientNormalization.RenormalizeL2PerParamType) {
      // As DL4J, against 0/0.
      return 1 / (norm == 0 ? 1e-5 : norm);
    }
    return norm > threshold ? threshold / norm : 1;
  }

  /** Adds in the chunks' order, so that the threads that measured them change nothing. */
  private double norm() {
    double sum = 0;
    for (UpdateChunk chunk : chunks) {
      double divisor = chunk.update().divisor();
      sum += chunk.squares() / (divisor * divisor);
    }
    return Math.sqrt(sum);
  }
}
