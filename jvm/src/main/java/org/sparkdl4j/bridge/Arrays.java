package org.sparkdl4j.bridge;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.sparkdl4j.dataset.LabeledImages;
import org.sparkdl4j.dataset.PixelBlock;
import org.sparkdl4j.dataset.PixelType;
import org.sparkdl4j.onednn.FloatMemory;

/** Views on numpy's arrays and on files of pixels: nothing is copied, and nothing is freed. */
public final class Arrays {
  private Arrays() {}

  /**
   * Pictures of a numpy array.
   *
   * @param address of a C-contiguous array (n, height, width, channels) that outlives the view
   * @param type "uint8" or "float32"
   * @param indices the rows of the view; null for all
   * @param labels class indices, one for each picture of the view; null for none
   * @param weights address of a float32 array with one weight for each picture of the view, which
   *     is read at once; 0 for none
   * @param classes the names of the classes
   */
  public static LabeledImages images(
      long address,
      String type,
      int n,
      int height,
      int width,
      int channels,
      int[] indices,
      int[] labels,
      long weights,
      String[] classes) {
    PixelBlock block = PixelBlock.wrap(address, pixelType(type), n, height, width, channels);
    return view(block, indices, labels, weights, classes);
  }

  /**
   * Pictures of a file; closing the view closes the file.
   *
   * @param file holds n pictures one after the other, from {@code offset} on
   * @param type "uint8" or "float32"
   * @param indices the rows of the view; null for all
   * @param labels class indices, one for each picture of the view; null for none
   * @param weights address of a float32 array with one weight for each picture of the view, which
   *     is read at once; 0 for none
   * @param classes the names of the classes
   */
  public static LabeledImages imagesOfFile(
      String file,
      long offset,
      String type,
      int n,
      int height,
      int width,
      int channels,
      int[] indices,
      int[] labels,
      long weights,
      String[] classes) {
    PixelBlock block =
        PixelBlock.open(Path.of(file), offset, pixelType(type), n, height, width, channels);
    return view(block, indices, labels, weights, classes);
  }

  private static PixelType pixelType(String name) {
    return PixelType.valueOf(name.toUpperCase(Locale.ROOT));
  }

  private static LabeledImages view(
      PixelBlock block, int[] indices, int[] labels, long weights, String[] classes) {
    LabeledImages images = new LabeledImages(block, indices, labels, List.of(classes));
    if (weights == 0) return images;
    float[] ofPictures = new float[images.size()];
    FloatMemory.at(weights, ofPictures.length).get(ofPictures);
    return images.withWeights(ofPictures);
  }
}
