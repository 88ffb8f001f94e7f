package org.sparkdl4j.training;

import java.io.Serializable;
import java.util.Base64;
import org.nd4j.shade.jackson.databind.node.ArrayNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.dataset.LabeledImages;
import org.sparkdl4j.dataset.PixelBlock;
import org.sparkdl4j.dataset.PixelType;
import org.sparkdl4j.dataset.SeededOrder;
import org.sparkdl4j.spec.Json;

/** Training pictures for people to look at, as they are before they are standardised. */
public final class SamplePictures implements Serializable {
  private static final long serialVersionUID = 1;

  private final int[] shape;
  private final byte[][] pixels;
  private final int[] labels;

  private SamplePictures(int[] shape, byte[][] pixels, int[] labels) {
    this.shape = shape;
    this.pixels = pixels;
    this.labels = labels;
  }

  /**
   * The pictures that a worker trains first.
   *
   * @param pictures all that the worker has
   * @param seed of its order
   * @param count how many; fewer where there are fewer
   */
  static SamplePictures first(LabeledImages pictures, long seed, int count) {
    PixelBlock block = pictures.block();
    int[] order = SeededOrder.permutation(pictures.size(), seed, 1);
    int shown = Math.min(count, order.length);
    byte[][] pixels = new byte[shown][];
    int[] labels = new int[shown];
    for (int i = 0; i < shown; i++) {
      pixels[i] = bytes(block, pictures.row(order[i]));
      labels[i] = pictures.label(order[i]);
    }
    int[] shape = {block.height(), block.width(), block.channels()};
    return new SamplePictures(shape, pixels, labels);
  }

  /**
   * {@code shape} and {@code pictures}: of each its {@code label} and, in base64, {@code pixels}.
   */
  ObjectNode toJson() {
    ObjectNode json = Json.object();
    json.set("shape", Json.of(shape));
    ArrayNode list = json.putArray("pictures");
    for (int i = 0; i < pixels.length; i++) {
      list.addObject()
          .put("label", labels[i])
          .put("pixels", Base64.getEncoder().encodeToString(pixels[i]));
    }
    return json;
  }

  /** The picture as bytes: floats are stretched from the smallest to the largest. */
  private static byte[] bytes(PixelBlock block, int row) {
    byte[] bytes = new byte[block.rowLength()];
    if (block.type() == PixelType.UINT8) {
      block.read(row, bytes);
      return bytes;
    }
    float[] values = new float[bytes.length];
    block.read(row, values);
    float smallest = Float.POSITIVE_INFINITY;
    float largest = Float.NEGATIVE_INFINITY;
    for (float value : values) {
      smallest = Math.min(smallest, value);
      largest = Math.max(largest, value);
    }
    double scale = largest > smallest ? 255 / ((double) largest - smallest) : 0;
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) Math.round((values[i] - smallest) * scale);
    }
    return bytes;
  }
}
