package org.sparkdl4j.dataset;

import org.bytedeco.javacpp.Pointer;

/** A pointer to memory that someone else owns. */
final class NativeAddress extends Pointer {
  NativeAddress(long address) {
    this.address = address;
  }
}
