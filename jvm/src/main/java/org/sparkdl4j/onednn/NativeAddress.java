package org.sparkdl4j.onednn;

import org.bytedeco.javacpp.Pointer;

/**
 * A plain address as a pointer at position 0: nothing is allocated, and nothing is freed with it.
 * Where native code takes {@code void*}, javacpp would add a position in bytes.
 */
public final class NativeAddress extends Pointer {
  /** A pointer to memory that somebody else owns and keeps alive. */
  public NativeAddress(long address) {
    this.address = address;
  }
}
