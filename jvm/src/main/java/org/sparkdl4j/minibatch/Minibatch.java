package org.sparkdl4j.minibatch;

import java.util.Arrays;
import org.bytedeco.javacpp.FloatPointer;
import org.sparkdl4j.dataset.LabeledImages;
import org.sparkdl4j.dataset.PictureStandardizer;
import org.sparkdl4j.dataset.PixelBlock;
import org.sparkdl4j.dataset.PixelType;
import org.sparkdl4j.dataset.StandardScaler;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;

/**
 * Pictures of a view as a network reads them, with their labels and weights: off-heap memory that
 * is filled again and again.
 */
public final class Minibatch implements AutoCloseable {
  private final LabeledImages view;
  private final PictureStandardizer standardizer;
  private final FloatPointer features;
  private final byte[] bytes;
  private final float[] floats;
  private final float[] standardized;
  private Selection selection;
  private int[] labels;
  private float[] weights;

  /**
   * Memory for a minibatch, with nothing in it yet.
   *
   * @param inputShape {@code [height, width, channels]} that the network takes
   * @param capacity the most pictures that it has to hold
   * @throws SparkDl4jException DATA_SHAPE when the pictures have another shape
   */
  public Minibatch(LabeledImages view, StandardScaler scaler, int[] inputShape, int capacity) {
    PixelBlock block = view.block();
    int[] shape = {block.height(), block.width(), block.channels()};
    if (!Arrays.equals(shape, inputShape)) {
      throw new SparkDl4jException(
          ErrorCode.DATA_SHAPE,
          String.format(
              "the network takes pictures of %dx%dx%d (height x width x channels), but these are"
                  + " %dx%dx%d",
              inputShape[0], inputShape[1], inputShape[2], shape[0], shape[1], shape[2]));
    }
    this.view = view;
    standardizer = scaler.standardizer(block);
    boolean isBytes = block.type() == PixelType.UINT8;
    bytes = isBytes ? new byte[block.rowLength()] : null;
    floats = isBytes ? null : new float[block.rowLength()];
    standardized = new float[block.rowLength()];
    features = new FloatPointer((long) capacity * block.rowLength());
  }

  /** Fills the memory, in one pass over the pictures' bytes. */
  public void load(Selection pictures) {
    selection = pictures;
    for (int i = 0; i < pictures.size(); i++) {
      int row = view.row(pictures.picture(i));
      // Between reading and standardising is the place of what changes pictures (cropping,
      // flipping): a row at a time, in the numbers of the block.
      if (bytes != null) {
        view.block().read(row, bytes);
        standardizer.apply(bytes, standardized);
      } else {
        view.block().read(row, floats);
        standardizer.apply(floats, standardized);
      }
      features.position((long) i * standardized.length).put(standardized, 0, standardized.length);
    }
    features.position(0);
    labels = view.isLabeled() ? new int[pictures.size()] : null;
    weights = view.isWeighted() ? new float[pictures.size()] : null;
    for (int i = 0; i < pictures.size(); i++) {
      if (labels != null) labels[i] = view.label(pictures.picture(i));
      if (weights != null) weights[i] = view.weight(pictures.picture(i));
    }
  }

  /** The number of the selection that it holds. */
  public long number() {
    return selection.number();
  }

  /** The number of pictures. */
  public int size() {
    return selection.size();
  }

  /** The pictures, {@code [size(), channels, height, width]} from the pointer's position on. */
  public FloatPointer features() {
    return features;
  }

  /** The class of each picture; null without labels. */
  public int[] labels() {
    return labels;
  }

  /** By how much the loss of each picture counts; null: all by 1. */
  public float[] weights() {
    return weights;
  }

  /** Frees the memory. Idempotent. */
  @Override
  public void close() {
    features.close();
  }
}
