package org.sparkdl4j.serving;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.FloatPointer;
import org.sparkdl4j.dataset.LabeledImages;
import org.sparkdl4j.dataset.PixelBlock;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.image.DecodeOptions;
import org.sparkdl4j.minibatch.Minibatch;
import org.sparkdl4j.minibatch.Selection;
import org.sparkdl4j.model.ImageClassifier;
import org.sparkdl4j.plan.NetworkCore;

/**
 * The memory in which decoded pictures wait, and the forward pass over some of them.
 *
 * <p>The plan is compiled for every size of a batch, so that only powers of two are used, and all
 * of them before the first request: a batch is computed in such parts, none of which is filled up.
 */
final class BatchComputation implements AutoCloseable {
  /** Batches whose pictures can lie there: one is computed, while the next ones are decoded. */
  private static final int BATCHES = 3;

  private final ImageClassifier classifier;
  private final NetworkCore core;
  private final int largest;
  private final PixelBlock block;
  private final Minibatch minibatch;
  private final FloatPointer probabilities;

  /**
   * Memory for a classifier, whose plans it compiles.
   *
   * @throws SparkDl4jException DATA_NOT_FINITE when the network's parameters are not numbers;
   *     OUT_OF_MEMORY
   */
  BatchComputation(ImageClassifier classifier, int maxBatch) {
    this.classifier = classifier;
    core = classifier.core();
    DecodeOptions image = classifier.image();
    largest = Integer.highestOneBit(core.predictionSize(maxBatch));
    block = PixelBlock.allocate(image, Math.max(BATCHES * largest, BATCHES + largest));
    minibatch =
        new Minibatch(
            new LabeledImages(block, null, null, List.of()),
            classifier.scaler(),
            core.inputShape(),
            core.readShape(),
            largest);
    probabilities = new FloatPointer((long) largest * core.classes());
    try {
      if (!core.hasFiniteParameters()) {
        throw new SparkDl4jException(
            ErrorCode.DATA_NOT_FINITE,
            "the model's parameters are not all numbers, so that it cannot predict: train it"
                + " again");
      }
      for (int size = 1; size <= largest; size *= 2) predict(new int[size]);
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  /** Pictures that can lie there. */
  int slots() {
    return block.count();
  }

  /** The most pictures that are computed at once: a power of two. */
  int largest() {
    return largest;
  }

  /** The memory of one picture. */
  ByteBuffer slot(int slot) {
    return block.row(slot);
  }

  /** The probabilities of the pictures in some slots, row by row; a power of two of them. */
  float[][] predict(int[] slots) {
    minibatch.load(new Selection(0, slots));
    core.predict(minibatch.features(), slots.length, probabilities);
    float[] all = new float[slots.length * core.classes()];
    probabilities.get(all);
    float[][] rows = new float[slots.length][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = Arrays.copyOfRange(all, i * core.classes(), (i + 1) * core.classes());
    }
    return rows;
  }

  /** What a row of probabilities says. */
  PictureResult result(float[] row) {
    for (float probability : row) {
      if (!Float.isFinite(probability)) {
        return PictureResult.of(
            new SparkDl4jException(
                ErrorCode.DATA_NOT_FINITE, "the network gives no numbers for this picture"));
      }
    }
    return PictureResult.of(classifier.prediction(row));
  }

  @Override
  public void close() {
    probabilities.close();
    minibatch.close();
    block.close();
  }
}
