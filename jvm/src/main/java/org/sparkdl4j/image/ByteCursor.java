package org.sparkdl4j.image;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32;

/** Reads numbers from bytes; a read past their end means that the picture is truncated. */
final class ByteCursor {
  private static final VarHandle LONGS =
      MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long LOWEST_BITS = 0x0101010101010101L;
  private static final long HIGHEST_BITS = 0x8080808080808080L;

  private final ByteBuffer data;
  private final int start;
  private final int end;
  private int position;
  private boolean littleEndian;

  /** A cursor over a buffer's bytes from its position to its limit, which stay as they are. */
  ByteCursor(ByteBuffer data) {
    this(data, data.position(), data.limit());
  }

  private ByteCursor(ByteBuffer data, int start, int end) {
    this.data = data;
    this.start = start;
    this.end = end;
    this.position = start;
  }

  /** A cursor over the next {@code length} bytes only, positioned at their beginning. */
  ByteCursor slice(long length) throws DamagedImageException {
    require(length);
    return new ByteCursor(data, position, position + (int) length);
  }

  ByteCursor littleEndian(boolean value) {
    littleEndian = value;
    return this;
  }

  int position() {
    return position - start;
  }

  int remaining() {
    return end - position;
  }

  void seek(long target) throws DamagedImageException {
    position = start;
    skip(target);
  }

  void skip(long bytes) throws DamagedImageException {
    require(bytes);
    position += (int) bytes;
  }

  int u8() throws DamagedImageException {
    require(1);
    return data.get(position++) & 0xFF;
  }

  int u16() throws DamagedImageException {
    int first = u8();
    int second = u8();
    return littleEndian ? second << 8 | first : first << 8 | second;
  }

  int s32() throws DamagedImageException {
    int first = u16();
    int second = u16();
    return littleEndian ? second << 16 | first : first << 16 | second;
  }

  long u32() throws DamagedImageException {
    return s32() & 0xFFFFFFFFL;
  }

  /**
   * Moves behind the next byte 0xFF. Eight bytes at a time: large JPEG files consist of little else
   * than what is passed over here.
   */
  void skipPastFF() throws DamagedImageException {
    int at = position;
    // Four at once, since a test for each would take longer than the arithmetic.
    while (end - at >= 4 * Long.BYTES
        && (marks(at) | marks(at + 8) | marks(at + 16) | marks(at + 24)) == 0) {
      at += 4 * Long.BYTES;
    }
    for (; end - at >= Long.BYTES; at += Long.BYTES) {
      long found = marks(at);
      if (found != 0) {
        position = at + Long.numberOfTrailingZeros(found) / Byte.SIZE + 1;
        return;
      }
    }
    for (; at < end; at++) {
      if (data.get(at) == (byte) 0xFF) {
        position = at + 1;
        return;
      }
    }
    position = end;
    require(1);
  }

  /**
   * Of eight bytes, the highest bit of each that is 0xFF. The lowest bit that is set is right;
   * higher ones need not be.
   */
  private long marks(int at) {
    long inverted = ~(long) LONGS.get(data, at);
    return (inverted - LOWEST_BITS) & ~inverted & HIGHEST_BITS;
  }

  /** Four bytes as text, such as the name of a chunk. */
  String name() throws DamagedImageException {
    StringBuilder name = new StringBuilder(4);
    for (int i = 0; i < 4; i++) name.append((char) u8());
    return name.toString();
  }

  /** Whether the next bytes are these; moves behind them if so. */
  boolean accept(String bytes) {
    if (remaining() < bytes.length()) return false;
    for (int i = 0; i < bytes.length(); i++) {
      if ((data.get(position + i) & 0xFF) != bytes.charAt(i)) return false;
    }
    position += bytes.length();
    return true;
  }

  /** Fails with TRUNCATED unless so many bytes follow. */
  void require(long bytes) throws DamagedImageException {
    if (bytes < 0 || bytes > remaining()) {
      throw new DamagedImageException(
          DamageReason.TRUNCATED,
          "the file ends after " + data.remaining() + " bytes, before the picture does");
    }
  }

  /** CRC-32 of the next bytes, which must exist. */
  long checksum(int length) {
    CRC32 crc = new CRC32();
    ByteBuffer next = data.duplicate();
    next.limit(position + length).position(position);
    crc.update(next);
    return crc.getValue();
  }
}
