package org.sparkdl4j.minibatch;

import java.util.Arrays;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.sparkdl4j.augmentation.Mixup;
import org.sparkdl4j.augmentation.SeededAugmentation;
import org.sparkdl4j.dataset.LabeledImages;
import org.sparkdl4j.dataset.PictureStandardizer;
import org.sparkdl4j.dataset.PixelBlock;
import org.sparkdl4j.dataset.StandardScaler;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;

/**
 * Pictures of a view as a network reads them, with their labels and weights: off-heap memory that
 * is filled again and again.
 *
 * <p>Any thread may gather the pictures' own values; standardising them is left to the thread that
 * computes, and to the threads that it computes with. It takes a hundredth of a training step
 * there, but on a side thread it would make those threads wait for the one whose processor it took.
 */
public final class Minibatch implements AutoCloseable {
  private final Gathering gathering;
  private final PictureStandardizer standardizer;
  private final long capacityBytes;
  private final FloatPointer features;
  private BytePointer gathered;
  private BytePointer mixed;
  private Selection selection;
  private boolean isStandardized;
  private long source;
  private Targets targets;
  private float[] weights;

  /**
   * Memory for a minibatch of pictures as they are, with nothing in it yet.
   *
   * @param inputShape {@code [height, width, channels]} that the network takes
   * @param readShape the same of what it reads of them, first rows and columns
   * @param capacity the most pictures that it has to hold
   * @throws SparkDl4jException DATA_SHAPE when the pictures have another shape
   */
  public Minibatch(
      LabeledImages view, StandardScaler scaler, int[] inputShape, int[] readShape, int capacity) {
    this(view, scaler, inputShape, readShape, capacity, SeededAugmentation.NONE, 1);
  }

  /**
   * Memory for a minibatch of pictures to train on, with nothing in it yet.
   *
   * @param inputShape {@code [height, width, channels]} that the network takes
   * @param readShape the same of what it reads of them, first rows and columns
   * @param capacity the most pictures that it has to hold
   * @param augmentation how pictures change
   * @param threads how many share that work
   * @throws SparkDl4jException DATA_SHAPE when the pictures have another shape
   */
  public Minibatch(
      LabeledImages view,
      StandardScaler scaler,
      int[] inputShape,
      int[] readShape,
      int capacity,
      SeededAugmentation augmentation,
      int threads) {
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
    gathering = new Gathering(view, augmentation, threads);
    standardizer = scaler.standardizer(block, readShape);
    capacityBytes = capacity * block.rowBytes();
    features = new FloatPointer((long) capacity * standardizer.pictureSize());
  }

  /** Another one like it, which shares its threads, and its memory for standardised pictures. */
  Minibatch(Minibatch other) {
    gathering = other.gathering;
    standardizer = other.standardizer;
    capacityBytes = other.capacityBytes;
    features = other.features;
  }

  /** Fills the memory with the pictures' own values, labels and weights. */
  public void load(Selection pictures) {
    LabeledImages view = gathering.view();
    SeededAugmentation augmentation = gathering.augmentation();
    selection = pictures;
    isStandardized = false;
    boolean isCopied = augmentation.changesPictures() || augmentation.mixesPictures();
    isCopied |= !view.block().isInMemory() || !areNeighbours();
    source = isCopied ? gather() : view.block().rowAddress(row(0));
    int[] labels = view.isLabeled() ? new int[size()] : null;
    weights = view.isWeighted() ? new float[size()] : null;
    for (int i = 0; i < size(); i++) {
      if (labels != null) labels[i] = view.label(pictures.picture(i));
      if (weights != null) weights[i] = view.weight(pictures.picture(i));
    }
    targets = labels == null ? null : Targets.of(labels, weights);
    if (augmentation.mixesPictures()) mix(augmentation.mixup(number(), size()));
  }

  /** The number of the selection that it holds. */
  public long number() {
    return selection.number();
  }

  /** The number of pictures. */
  public int size() {
    return selection.size();
  }

  /** The address of the pictures' own values, {@code [size(), height, width, channels]}. */
  public long source() {
    return source;
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

  /** What the network should say of the pictures; null without labels. */
  public Targets targets() {
    return targets;
  }

  /** The class of each picture; null without labels. */
  public int[] labels() {
    return targets == null ? null : targets.labels();
  }

  /** By how much the loss of each picture counts; null: all by 1. */
  public float[] weights() {
    return weights;
  }

  /** Frees the memory. Idempotent. */
  @Override
  public void close() {
    gathering.close();
    if (gathered != null) gathered.close();
    if (mixed != null) mixed.close();
    features.close();
  }

  /** Puts the pictures where they follow each other, and returns the address. */
  private long gather() {
    if (gathered == null) gathered = new BytePointer(capacityBytes);
    gathering.gather(selection, gathered.address());
    return gathered.address();
  }

  private void mix(Mixup mixup) {
    if (mixed == null) mixed = new BytePointer(capacityBytes);
    mixup.apply(gathering.view().block(), source, mixed.address());
    source = mixed.address();
    if (targets == null) return;
    targets = targets.mixed(mixup);
    weights = targets.weights();
  }

  /** Whether the pictures follow each other in the block, so that nothing must be gathered. */
  private boolean areNeighbours() {
    PixelBlock block = gathering.view().block();
    long first = block.rowAddress(row(0));
    for (int i = 1; i < size(); i++) {
      if (block.rowAddress(row(i)) != first + i * block.rowBytes()) return false;
    }
    return true;
  }

  private int row(int picture) {
    return gathering.view().row(selection.picture(picture));
  }
}
