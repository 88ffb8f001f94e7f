package org.sparkdl4j.training;

import java.util.List;
import java.util.Random;
import org.sparkdl4j.dataset.LabeledImages;
import org.sparkdl4j.dataset.PixelBlock;
import org.sparkdl4j.network.NetworkSpec;
import org.sparkdl4j.plan.CoreOptions;
import org.sparkdl4j.plan.NetworkCore;
import org.sparkdl4j.plan.NetworkCores;
import org.sparkdl4j.spec.Json;
import org.sparkdl4j.spec.Options;

/** Grey 12x12 pictures of noise, brighter on the left (class 0) or on the right (class 1). */
public final class Blobs {
  public static final int[] SHAPE = {12, 12, 1};
  public static final List<String> CLASSES = List.of("left", "right");

  private Blobs() {}

  public static LabeledImages images(int count, long seed) {
    Random random = new Random(seed);
    PixelBlock block = PixelBlock.allocate(count, 12, 12, 1);
    int[] labels = new int[count];
    byte[] row = new byte[144];
    for (int i = 0; i < count; i++) {
      labels[i] = i % 2;
      for (int p = 0; p < row.length; p++) {
        boolean bright = (p % 12 < 6) == (labels[i] == 0);
        row[p] = (byte) (random.nextInt(160) + (bright ? 60 : 0));
      }
      block.write(i, row);
    }
    return new LabeledImages(block, null, labels, CLASSES);
  }

  public static NetworkSpec network() {
    return network(
        "[{'type':'Conv2D','filters':4,'kernel_size':[3,3]},{'type':'MaxPool2D'},"
            + "{'type':'Dropout','rate':0.2},{'type':'Dense','units':8},{'type':'Output'}]");
  }

  /** A new network; {@code options} as JSON with single quotes. */
  public static NetworkCore core(String options) {
    return core(network(), options);
  }

  /** A new network of other layers; both as JSON with single quotes. */
  public static NetworkCore core(String layers, String options) {
    return core(network(layers), options);
  }

  public static TrainingOptions options(String options) {
    return new TrainingOptions(Json.readObject(json(options), "options"));
  }

  private static NetworkSpec network(String layers) {
    return NetworkSpec.of(Json.readObject(json("{'layers':" + layers + "}"), "network"));
  }

  private static NetworkCore core(NetworkSpec network, String options) {
    return NetworkCores.of(
        network.toConfiguration(
            SHAPE, 2, new Options("network", Json.readObject(json(options), "options")), 3),
        SHAPE,
        CoreOptions.DEFAULT);
  }

  private static String json(String text) {
    return text.replace('\'', '"');
  }
}
