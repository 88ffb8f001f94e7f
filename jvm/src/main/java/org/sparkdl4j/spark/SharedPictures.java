package org.sparkdl4j.spark;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.broadcast.Broadcast;
import org.sparkdl4j.dataset.LabeledImages;
import org.sparkdl4j.dataset.PixelBlock;
import org.sparkdl4j.dataset.PixelType;

/**
 * The pictures of a search as executors get them: pixels in chunks, which every executor fetches
 * once, and the parts that trials train and validate with.
 */
final class SharedPictures implements Serializable {
  private static final long serialVersionUID = 1;

  private final String name;
  private final PixelType type;
  private final int[] shape;
  private final int count;

  /** Each with the same number of whole pictures, but the last. */
  private final ArrayList<Broadcast<byte[]>> chunks;

  private final int[] labels;

  /** Null for none. */
  private final float[] weights;

  private final ArrayList<String> classes;

  /** Positions of the pictures to train and to validate with, null for none, of every part. */
  private final ArrayList<int[][]> parts;

  /**
   * Pictures.
   *
   * @param name that no other search has
   * @param shape {@code [height, width, channels]}
   * @param labels one a picture
   * @param weights one a picture, or null
   */
  SharedPictures(
      String name,
      PixelType type,
      int[] shape,
      List<Broadcast<byte[]>> chunks,
      int[] labels,
      float[] weights,
      List<String> classes,
      List<int[][]> parts) {
    this.name = name;
    this.type = type;
    this.shape = shape;
    count = labels.length;
    this.chunks = new ArrayList<>(chunks);
    this.labels = labels;
    this.weights = weights;
    this.classes = new ArrayList<>(classes);
    this.parts = new ArrayList<>(parts);
  }

  String name() {
    return name;
  }

  /** All pixels, in new memory off the heap. */
  PixelBlock block() {
    PixelBlock block = PixelBlock.allocate(type, count, shape[0], shape[1], shape[2]);
    try {
      int row = 0;
      int rowBytes = Math.toIntExact(block.rowBytes());
      for (Broadcast<byte[]> chunk : chunks) {
        byte[] bytes = chunk.value();
        for (int at = 0; at < bytes.length; at += rowBytes) {
          block.row(row++).put(bytes, at, rowBytes);
        }
      }
      return block;
    } catch (Throwable e) {
      // Spark's own exceptions are checked, and not declared.
      block.close();
      throw e;
    }
  }

  /** The pictures to train with. */
  LabeledImages training(PixelBlock block, int part) {
    LabeledImages all = all(block);
    return (weights == null ? all : all.withWeights(weights)).subset(parts.get(part)[0]);
  }

  /** The pictures to validate with; null for none. */
  LabeledImages validation(PixelBlock block, int part) {
    int[] positions = parts.get(part)[1];
    return positions == null ? null : all(block).subset(positions);
  }

  private LabeledImages all(PixelBlock block) {
    return new LabeledImages(block, null, labels, classes);
  }

  /** Takes the pixels away from driver and executors. */
  void destroy() {
    chunks.forEach(Broadcast::destroy);
  }
}
