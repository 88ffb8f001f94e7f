package org.sparkdl4j.dl4j;

import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A {@link NetworkState} on its way between processes. Java writes an array of floats one by one,
 * but one of bytes at once.
 */
final class PackedState implements Serializable {
  private static final long serialVersionUID = 1;

  private final byte[] parameters;
  private final byte[] updater;
  private final int iteration;
  private final int epoch;

  PackedState(NetworkState state) {
    parameters = pack(state.parameters());
    updater = pack(state.updater());
    iteration = state.iteration();
    epoch = state.epoch();
  }

  private Object readResolve() {
    return new NetworkState(unpack(parameters), unpack(updater), iteration, epoch);
  }

  private static byte[] pack(float[] values) {
    byte[] bytes = new byte[Math.multiplyExact(values.length, Float.BYTES)];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(values);
    return bytes;
  }

  private static float[] unpack(byte[] bytes) {
    float[] values = new float[bytes.length / Float.BYTES];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
    return values;
  }
}
