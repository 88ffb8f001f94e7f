package org.sparkdl4j.dataset;

import java.nio.ByteBuffer;
import org.bytedeco.javacpp.BytePointer;
import org.sparkdl4j.image.DamageReason;
import org.sparkdl4j.image.DamagedImageException;
import org.sparkdl4j.onednn.NativeAddress;

/** Encoded pictures one after the other in memory of the caller. */
public final class MemoryPictures implements EncodedPictures {
  private final String[] names;
  private final long address;
  private final long[] offsets;

  /**
   * Pictures.
   *
   * @param names one for each
   * @param address of the first byte
   * @param offsets where each picture begins, and where the last one ends: one more than names
   */
  public MemoryPictures(String[] names, long address, long[] offsets) {
    this.names = names.clone();
    this.address = address;
    this.offsets = offsets.clone();
  }

  @Override
  public int size() {
    return names.length;
  }

  @Override
  public String name(int number) {
    return names[number];
  }

  @Override
  public Reader reader() {
    return this::content;
  }

  private ByteBuffer content(int number) throws DamagedImageException {
    long length = offsets[number + 1] - offsets[number];
    if (length > Integer.MAX_VALUE) {
      throw new DamagedImageException(
          DamageReason.UNSUPPORTED, "pictures above 2 GiB are not supported");
    }
    // There need not be any memory then.
    if (length == 0) return ByteBuffer.allocate(0);
    return new BytePointer(new NativeAddress(address + offsets[number]))
        .capacity(length)
        .asBuffer();
  }
}
