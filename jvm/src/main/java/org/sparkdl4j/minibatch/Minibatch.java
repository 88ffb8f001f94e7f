package org.sparkdl4j.minibatch;

import java.util.Arrays;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.sparkdl4j.dataset.LabeledImages;
import org.sparkdl4j.dataset.PictureStandardizer;
import org.sparkdl4j.dataset.PixelBlock;
import org.sparkdl4j.dataset.StandardScaler;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.onednn.NativeAddress;

/**
 * Pictures of a view as a network reads them, with their labels and weights: off-heap memory that
 * is filled again and again.
 *
 * <p>Any thread may gather the pictures' own values; standardising them is left to the thread that
 * computes, and to the threads that it computes with. It takes a hundredth of a training step
 * there, but on a side thread it would make those threads wait for the one whose processor it took.
 */
public final class Minibatch implements AutoCloseable {
  private final LabeledImages view;
  private final PictureStandardizer standardizer;
  private final long capacityBytes;
  private final FloatPointer features;
  private BytePointer gathered;
  private Selection selection;
  private boolean isStandardized;
  private long source;
  private int[] labels;
  private float[] weights;

  /**
   * Memory for a minibatch, with nothing in it yet.
   *
   * @param inputShape {@code [height, width, channels]} that the network takes
   * @param readShape the same of what it reads of them, first rows and columns
   * @param capacity the most pictures that it has to hold
   * @throws SparkDl4jException DATA_SHAPE when the pictures have another shape
   */
  public Minibatch(
      LabeledImages view, StandardScaler scaler, int[] inputShape, int[] readShape, int capacity) {
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
    standardizer = scaler.standardizer(block, readShape);
    capacityBytes = capacity * block.rowBytes();
    features = new FloatPointer((long) capacity * standardizer.pictureSize());
  }

  /** Another one like it, which shares its memory for standardised pictures. */
  Minibatch(Minibatch other) {
    view = other.view;
    standardizer = other.standardizer;
    capacityBytes = other.capacityBytes;
    features = other.features;
  }

  /** Fills the memory with the pictures' own values, labels and weights. */
  public void load(Selection pictures) {
    selection = pictures;
    isStandardized = false;
    source = areNeighbours() ? view.block().rowAddress(row(0)) : gather();
    labels = view.isLabeled() ? new int[size()] : null;
    weights = view.isWeighted() ? new float[size()] : null;
    for (int i = 0; i < size(); i++) {
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

  /**
   * What the network reads of the pictures, {@code [size(), height, width, channels]}, standardised
   * when it is asked for.
   */
  public FloatPointer features() {
    if (!isStandardized) standardizer.apply(source, size(), features.address());
    isStandardized = true;
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
    if (gathered != null) gathered.close();
    features.close();
  }

  /** Copies the pictures to where they follow each other, and returns the address. */
  private long gather() {
    if (gathered == null) gathered = new BytePointer(capacityBytes);
    PixelBlock block = view.block();
    for (int i = 0; i < size(); i++) {
      // Here is the place of what changes pictures one by one (cropping, flipping).
      long target = gathered.address() + i * block.rowBytes();
      Pointer.memcpy(
          new NativeAddress(target), new NativeAddress(block.rowAddress(row(i))), block.rowBytes());
    }
    return gathered.address();
  }

  /** Whether the pictures follow each other in the block, so that nothing must be gathered. */
  private boolean areNeighbours() {
    PixelBlock block = view.block();
    long first = block.rowAddress(row(0));
    for (int i = 1; i < size(); i++) {
      if (block.rowAddress(row(i)) != first + i * block.rowBytes()) return false;
    }
    return true;
  }

  private int row(int picture) {
    return view.row(selection.picture(picture));
  }
}
