package org.sparkdl4j.onednn;

import org.bytedeco.javacpp.FloatPointer;

/** Off-heap floats at a known address. */
public final class FloatMemory {
  private FloatMemory() {}

  /**
   * Floats in memory that somebody else owns and keeps alive.
   *
   * @param address the address in bytes
   * @param floats the number of floats
   */
  public static FloatPointer at(long address, long floats) {
    return new FloatPointer(new NativeAddress(address)).capacity(floats);
  }
}
