package org.sparkdl4j.plan;

import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;

/** Off-heap floats at a known address. */
public final class FloatMemory {
  /** A pointer to a plain address: nothing is allocated, and nothing is freed with it. */
  private static final class Address extends Pointer {
    Address(long address) {
      this.address = address;
    }
  }

  private FloatMemory() {}

  /**
   * Floats in memory that somebody else owns and keeps alive.
   *
   * @param address the address in bytes
   * @param floats the number of floats
   */
  public static FloatPointer at(long address, long floats) {
    return new FloatPointer(new Address(address)).capacity(floats);
  }
}
