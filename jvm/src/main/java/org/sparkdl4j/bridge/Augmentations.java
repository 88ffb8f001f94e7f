package org.sparkdl4j.bridge;

import java.util.stream.IntStream;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.augmentation.Augmentation;
import org.sparkdl4j.augmentation.SeededAugmentation;
import org.sparkdl4j.dataset.LabeledImages;
import org.sparkdl4j.dataset.PixelBlock;
import org.sparkdl4j.dataset.ScalerKind;
import org.sparkdl4j.dataset.StandardScaler;
import org.sparkdl4j.minibatch.Minibatch;
import org.sparkdl4j.minibatch.Selection;
import org.sparkdl4j.onednn.NativeAddress;
import org.sparkdl4j.spec.Json;

/** Pictures as training sees them. */
public final class Augmentations {
  private Augmentations() {}

  /**
   * Changes all pictures of a view, which are one minibatch.
   *
   * @param request JSON: {@code augmentation} (options of that group), {@code seed}, {@code epoch}
   *     (counted from 1)
   * @param target address of an array (images, height, width, channels) of the pictures' type
   */
  public static void apply(String request, LabeledImages images, long target) {
    ObjectNode json = Json.readObject(request, "the request");
    Augmentation augmentation = new Augmentation((ObjectNode) json.get("augmentation"));
    int epoch = json.get("epoch").asInt();
    PixelBlock block = images.block();
    int[] shape = {block.height(), block.width(), block.channels()};
    try (StandardScaler none =
            StandardScaler.of(ScalerKind.NONE, shape, new double[0], new double[0]);
        Minibatch minibatch =
            new Minibatch(
                images,
                none,
                shape,
                shape,
                images.size(),
                new SeededAugmentation(augmentation, json.get("seed").asLong()),
                1)) {
      minibatch.load(new Selection(epoch, epoch, IntStream.range(0, images.size()).toArray()));
      long bytes = images.size() * block.rowBytes();
      Pointer.memcpy(new NativeAddress(target), new NativeAddress(minibatch.source()), bytes);
    }
  }
}
