package org.sparkdl4j.model;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.function.Supplier;
import java.util.zip.CRC32;
import org.sparkdl4j.file.Sha256;

/** The bytes of one zip entry, counted and summed while they are read. */
final class CheckedEntry extends FilterInputStream {
  private final MessageDigest digest = Sha256.digest();
  private final CRC32 crc = new CRC32();
  private final long declaredCrc;
  private final Supplier<RuntimeException> tooLarge;
  private long left;

  CheckedEntry(InputStream in, long declaredCrc, long limit, Supplier<RuntimeException> tooLarge) {
    super(in);
    this.declaredCrc = declaredCrc;
    this.left = limit;
    this.tooLarge = tooLarge;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    int count = super.read(into, offset, length);
    if (count <= 0) return count;
    left -= count;
    if (left < 0) throw tooLarge.get();
    digest.update(into, offset, count);
    crc.update(into, offset, count);
    return count;
  }

  @Override
  public boolean markSupported() {
    return false;
  }

  /**
   * Ends reading.
   *
   * @return the SHA-256 of all bytes, in hexadecimal
   * @throws IOException when the zip's own checksum is another one
   */
  String finish() throws IOException {
    close();
    if (crc.getValue() != declaredCrc) throw new IOException("its checksum is wrong");
    return Sha256.hex(digest);
  }
}
