package org.sparkdl4j.loss;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.bytedeco.javacpp.FloatPointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossBinaryXENT;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossMSE;
import org.sparkdl4j.minibatch.Targets;
import org.sparkdl4j.network.LossSpec;
import org.sparkdl4j.network.LossSpec.Kind;

/** Losses and their gradients against DL4J's and against numerical differentiation. */
class OutputLossTest {
  private static final int COUNT = 9;

  static Stream<LossSpec> losses() {
    return Stream.of(
        LossSpec.CROSS_ENTROPY,
        new LossSpec(Kind.CROSS_ENTROPY, 0.1, 0),
        new LossSpec(Kind.MSE, 0, 0),
        new LossSpec(Kind.MSE, 0.2, 0),
        new LossSpec(Kind.BINARY_CROSS_ENTROPY, 0, 0),
        new LossSpec(Kind.BINARY_CROSS_ENTROPY, 0.1, 0),
        new LossSpec(Kind.FOCAL, 0, 0),
        new LossSpec(Kind.FOCAL, 0, 0.5),
        new LossSpec(Kind.FOCAL, 0, 2),
        new LossSpec(Kind.FOCAL, 0.1, 3));
  }

  static Stream<LossSpec> lossesOfDl4j() {
    return losses().filter(loss -> loss.kind() != Kind.FOCAL);
  }

  @ParameterizedTest
  @MethodSource("lossesOfDl4j")
  void agreesWithDl4j(LossSpec spec) {
    for (int classes = 2; classes < 7; classes++) {
      Random random = new Random(classes);
      float[] logits = new float[COUNT * classes];
      for (int i = 0; i < logits.length; i++) logits[i] = 2 * (float) random.nextGaussian();
      int[] labels = random.ints(COUNT, 0, classes).toArray();
      float[] weights = new float[COUNT];
      for (int i = 0; i < COUNT; i++) weights[i] = i == 2 ? 0 : 3 * random.nextFloat();

      INDArray x = Nd4j.create(logits, new long[] {COUNT, classes}, 'c');
      INDArray y = targets(spec, labels, classes);
      INDArray mask = Nd4j.create(weights, new long[] {COUNT, 1}, 'c');
      ILossFunction stock = stock(spec.kind());
      IActivation activation = spec.isSigmoid() ? new ActivationSigmoid() : new ActivationSoftmax();
      Result weighted = new Result(spec, logits, labels, weights);
      assertClose(stock.computeScoreArray(y, x, activation, mask), weighted.loss);
      // DL4J's gradient overwrites the logits.
      assertClose(stock.computeGradient(y, x.dup(), activation, mask), weighted.gradient);
      assertClose(activation.getActivation(x.dup(), true), weighted.probabilities);

      Result plain = new Result(spec, logits, labels, null);
      assertClose(stock.computeScoreArray(y, x, activation, null), plain.loss);
      assertClose(stock.computeGradient(y, x.dup(), activation, null), plain.gradient);
      assertEquals(plain.hits, weighted.hits);
    }
  }

  @ParameterizedTest
  @MethodSource("losses")
  void gradientIsTheLossDifferentiated(LossSpec spec) {
    double step = 1e-5;
    for (int classes = 2; classes < 7; classes++) {
      RowLoss loss = RowLoss.of(spec, classes);
      Random random = new Random(classes);
      for (int label = 0; label < classes; label++) {
        double[] logits = random.doubles(classes, -4, 4).toArray();
        int other = random.nextInt(classes);
        double share = random.nextInt(4) == 0 ? 1 : random.nextDouble();
        loss(loss, logits, label, other, share);
        loss.differentiate();
        double[] gradient = loss.row.clone();
        for (int k = 0; k < classes; k++) {
          double logit = logits[k];
          logits[k] = logit + step;
          double above = loss(loss, logits, label, other, share);
          logits[k] = logit - step;
          double below = loss(loss, logits, label, other, share);
          logits[k] = logit;
          assertEquals((above - below) / (2 * step), gradient[k], 1e-8);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.1})
  void focalLossWithoutGammaIsCrossEntropy(double smoothing) {
    float[] logits = {1, -2, 0.5f, 40, -40, 0};
    int[] labels = {2, 1};
    Result focal = new Result(new LossSpec(Kind.FOCAL, smoothing, 0), logits, labels, null);
    Result entropy =
        new Result(new LossSpec(Kind.CROSS_ENTROPY, smoothing, 0), logits, labels, null);
    assertEquals(entropy.loss, focal.loss, 1e-12);
    for (int i = 0; i < logits.length; i++) {
      assertEquals(entropy.gradient[i], focal.gradient[i], 1e-7);
    }
  }

  /** The example of section 3.2 of its paper: gamma 2 makes a p of 0.9 count 100 times less. */
  @Test
  void focalLossCountsWellClassifiedPicturesLess() {
    float[] logits = {(float) Math.log(9), 0};
    Result focal = new Result(new LossSpec(Kind.FOCAL, 0, 2), logits, new int[] {0}, null);
    assertEquals(-Math.log(0.9) / 100, focal.loss, 1e-8);
  }

  @ParameterizedTest
  @MethodSource("losses")
  void whatIsNotFiniteShows(LossSpec spec) {
    for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
      for (int label = 0; label < 3; label++) {
        float[] logits = {1, 2, 3, 0, bad, 1};
        Result result = new Result(spec, logits, new int[] {0, label}, null);
        assertTrue(Double.isNaN(result.loss));
        for (int i = 0; i < 3; i++) {
          assertTrue(Float.isFinite(result.gradient[i]));
          assertTrue(Float.isFinite(result.probabilities[i]));
          assertTrue(Float.isNaN(result.gradient[3 + i]));
          assertTrue(Float.isNaN(result.probabilities[3 + i]));
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("losses")
  void largeLogitsAreNotNaN(LossSpec spec) {
    for (float large : new float[] {50, 1000, 1e30f}) {
      float[] logits = {large, -large, 0, large, -large, 0, -large, -large, -large};
      Result result = new Result(spec, logits, new int[] {0, 1, 2}, null);
      assertTrue(Double.isFinite(result.loss));
      for (float value : result.gradient) assertTrue(Float.isFinite(value));
    }
  }

  @Test
  void picturesOnTheWrongSideStillPull() {
    LossSpec spec = new LossSpec(Kind.BINARY_CROSS_ENTROPY, 0, 0);
    Result result = new Result(spec, new float[] {-30, 30}, new int[] {0}, null);
    assertEquals(-1, result.gradient[0], 1e-6);
    assertEquals(1, result.gradient[1], 1e-6);
    // DL4J's limit.
    assertEquals(-2 * Math.log(1e-5), result.loss, 1e-6);
  }

  @ParameterizedTest
  @MethodSource("losses")
  void lossOfPredictionsIsThatOfTraining(LossSpec spec) {
    float[] logits = {1, -2, 0.5f, 3, 0, -1};
    int[] labels = {2, 0};
    Result result = new Result(spec, logits, labels, null);
    RowLoss loss = RowLoss.of(spec, 3);
    double sum = 0;
    for (int i = 0; i < 2; i++) sum += loss.loss(result.probabilities, 3 * i, labels[i]);
    assertEquals(result.loss, sum, 1e-6);
    result.probabilities[4] = Float.NaN;
    assertFalse(Double.isNaN(loss.loss(result.probabilities, 0, 1)));
    assertTrue(Double.isNaN(loss.loss(result.probabilities, 3, 0)));
  }

  /** Down the layers they would become subnormal, and slow. */
  @Test
  void gradientsBeyondDoubtAreZero() {
    float[] logits = {60, 0, 0, 0, 60, 30};
    Result sure = new Result(LossSpec.CROSS_ENTROPY, logits, new int[] {0, 1}, null);
    assertArrayEquals(new float[] {0, 0, 0}, Arrays.copyOf(sure.gradient, 3));
    // The other picture's first class is beyond doubt, the third is not.
    assertEquals(0, sure.gradient[3]);
    assertEquals(Math.exp(-30), sure.gradient[5], 1e-18);
    assertEquals(-Math.exp(-30), sure.gradient[4], 1e-15);
    // Of those that are sure and wrong nothing is lost.
    Result wrong = new Result(LossSpec.CROSS_ENTROPY, logits, new int[] {1, 0}, null);
    assertEquals(-1, wrong.gradient[1]);
    assertEquals(1, wrong.gradient[4]);
  }

  /** What an output finds. */
  private static final class Result {
    private final float[] probabilities;
    private final float[] gradient;
    private final double loss;
    private final int hits;

    Result(LossSpec spec, float[] logits, int[] labels, float[] weights) {
      // Before javacpp's pointers, as everywhere.
      Nd4j.getEnvironment();
      int classes = logits.length / labels.length;
      gradient = new float[logits.length];
      try (FloatPointer in = new FloatPointer(logits);
          FloatPointer out = new FloatPointer((long) logits.length)) {
        OutputLoss output =
            OutputLoss.of(spec, labels.length, classes, in.address(), out.address());
        probabilities = output.probabilities().clone();
        MinibatchResult result = output.loss(Targets.of(labels, weights));
        out.get(gradient);
        loss = result.lossSum();
        hits = result.hits();
      }
    }
  }

  private static double loss(RowLoss loss, double[] logits, int label, int other, double share) {
    System.arraycopy(logits, 0, loss.row, 0, logits.length);
    loss.activate();
    loss.target(label, other, share);
    return loss.loss();
  }

  private static ILossFunction stock(Kind kind) {
    if (kind == Kind.CROSS_ENTROPY) return new LossMCXENT();
    return kind == Kind.MSE ? new LossMSE() : new LossBinaryXENT();
  }

  private static INDArray targets(LossSpec spec, int[] labels, int classes) {
    double smoothing = spec.labelSmoothing();
    double others = smoothing / (spec.isSigmoid() ? 2 : classes);
    INDArray rows = Nd4j.valueArrayOf(new long[] {COUNT, classes}, (float) others);
    for (int i = 0; i < COUNT; i++) rows.putScalar(i, labels[i], 1 - smoothing + others);
    return rows;
  }

  private static void assertClose(INDArray losses, double sum) {
    double expected = losses.sumNumber().doubleValue();
    // DL4J's 1 - p is a float next to nothing where p is almost 1.
    assertEquals(expected, sum, 1e-5 * expected);
  }

  private static void assertClose(INDArray expected, float[] found) {
    float[] values = expected.dup('c').data().asFloat();
    assertEquals(values.length, found.length);
    for (int i = 0; i < values.length; i++) assertEquals(values[i], found[i], 2e-6);
  }
}
