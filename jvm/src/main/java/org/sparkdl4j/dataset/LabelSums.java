package org.sparkdl4j.dataset;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;

/** Checksums of the labels and of the weights of pictures in their order. */
public final class LabelSums {
  private final Checksum labels = new CRC32C();
  private final Checksum weights = new CRC32C();

  /** Adds pictures with labels. */
  public void add(LabeledImages pictures) {
    for (int i = 0; i < pictures.size(); i++) add(pictures.label(i), pictures.weight(i));
  }

  /** Adds a picture. */
  public void add(int label, float weight) {
    add(labels, label);
    add(weights, Float.floatToIntBits(weight));
  }

  /** Adds what another part's {@link #labels} and {@link #weights} were. */
  public void addPart(long labels, long weights) {
    add(this.labels, (int) labels);
    add(this.weights, (int) weights);
  }

  /** Of the labels, 32 bits. */
  public long labels() {
    return labels.getValue();
  }

  /** Of the weights, 32 bits. */
  public long weights() {
    return weights.getValue();
  }

  private static void add(Checksum sum, int number) {
    sum.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, number));
  }
}
