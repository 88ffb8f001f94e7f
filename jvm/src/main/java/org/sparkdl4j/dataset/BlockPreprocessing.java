package org.sparkdl4j.dataset;

import java.util.stream.IntStream;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.onednn.NativeAddress;
import org.sparkdl4j.preprocessing.OpenCv;
import org.sparkdl4j.preprocessing.PictureKind;
import org.sparkdl4j.preprocessing.PictureTooSmallException;
import org.sparkdl4j.preprocessing.Preprocessing;

/** Changes pictures that are decoded already, side by side. */
public final class BlockPreprocessing {
  private BlockPreprocessing() {}

  /** What the steps make of the pictures of a block; PARAMETER_CONFLICT where one does not fit. */
  public static PictureKind kind(Preprocessing steps, PixelBlock block) {
    boolean isFloat = block.type() == PixelType.FLOAT32;
    return steps.after(PictureKind.of(block.channels(), isFloat, block.height(), block.width()));
  }

  /**
   * Changes them.
   *
   * @param pictures uint8 or float32, with 1 or 3 channels
   * @param address of memory for {@code pictures.size()} pictures as {@link #kind} describes them
   * @throws SparkDl4jException PARAMETER_CONFLICT when a step does not take what it would get
   */
  public static void apply(Preprocessing steps, LabeledImages pictures, long address) {
    OpenCv.load();
    PictureKind kind = kind(steps, pictures.block());
    PixelBlock target =
        PixelBlock.wrap(
            address,
            PixelType.of(kind),
            pictures.size(),
            kind.height(),
            kind.width(),
            kind.channels());
    IntStream.range(0, pictures.size())
        .parallel()
        .forEach(
            i -> apply(steps, pictures.block(), pictures.row(i), target.rowAddress(i), target));
  }

  // The scope is only there to be closed, and its constructor takes generic varargs.
  @SuppressWarnings({"try", "unchecked"})
  private static void apply(
      Preprocessing steps, PixelBlock block, int row, long address, PixelBlock target) {
    try (PointerScope scope = new PointerScope()) {
      int type =
          block.type() == PixelType.UINT8
              ? opencv_core.CV_8UC(block.channels())
              : opencv_core.CV_32FC(block.channels());
      Mat picture = new Mat(block.height(), block.width(), type);
      block.copyTo(row, picture.data().address());
      Mat changed = steps.apply(picture);
      Pointer.memcpy(
          new NativeAddress(address),
          new NativeAddress(changed.data().address()),
          target.rowBytes());
    } catch (PictureTooSmallException e) {
      // What a block is too small for has been refused.
      throw new SparkDl4jException(ErrorCode.INTERNAL, e.getMessage(), e);
    }
  }
}
