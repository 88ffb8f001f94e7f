package org.sparkdl4j.dataset;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32;

/**
 * The first page of a {@link PixelCache}, and where its other parts are. Numbers are little-endian.
 *
 * <table>
 * <caption>The header; the rest of its page is 0</caption>
 * <tr><th>byte</th><th>what</th></tr>
 * <tr><td>0</td><td>"sdl4jpix"</td></tr>
 * <tr><td>8</td><td>int: version of the format, 1</td></tr>
 * <tr><td>12</td><td>int: files; int: height; int: width; int: channels</td></tr>
 * <tr><td>28</td><td>32 bytes: SHA-256 of what the pixels follow from</td></tr>
 * <tr><td>60</td><td>long: bytes of the findings at the end; -1 while it is being built</td></tr>
 * <tr><td>68</td><td>int: CRC-32 of marks and findings</td></tr>
 * <tr><td>72</td><td>int: CRC-32 of the 72 bytes before</td></tr>
 * </table>
 *
 * <p>At byte 4096 follows one mark for every file (0: to do, 1: good, 2: damaged), at the next
 * multiple of 4096 the pictures in the order of the files, {@code [height, width, channels]} each,
 * uint8 (or float32 in the machine's own byte order, where preprocessing makes such), undefined
 * where a file is damaged; then the findings: a JSON object whose {@code damaged} lists {@code
 * file} (its number), {@code reason} and {@code detail}.
 */
final class PixelCacheHeader {
  static final int PAGE = 4096;

  private static final int VERSION = 1;
  private static final byte[] MAGIC = "sdl4jpix".getBytes(StandardCharsets.US_ASCII);
  private static final int KEY_AT = 28;
  private static final int KEY_BYTES = 32;
  private static final int FINDINGS_AT = 60;
  private static final int CONTENT_SUM_AT = 68;
  private static final int HEADER_SUM_AT = 72;
  private static final int BYTES = 76;

  private final int count;
  private final int height;
  private final int width;
  private final int channels;
  private final int rowBytes;
  private final byte[] key;

  /**
   * The header of a cache.
   *
   * @param count files
   * @param rowBytes bytes of a picture
   * @param key SHA-256 of what the pixels follow from
   */
  PixelCacheHeader(int count, int height, int width, int channels, int rowBytes, byte[] key) {
    this.count = count;
    this.height = height;
    this.width = width;
    this.channels = channels;
    this.rowBytes = rowBytes;
    this.key = key;
  }

  int rowBytes() {
    return rowBytes;
  }

  /** Where the marks are. */
  long marks() {
    return PAGE;
  }

  /** Where the pictures begin. */
  long pixels() {
    return (marks() + count + PAGE - 1) / PAGE * PAGE;
  }

  /** Where the findings begin: behind the pictures. */
  long findings() {
    return pixels() + (long) count * rowBytes();
  }

  /** The bytes of a cache that is being built. */
  ByteBuffer unfinished() {
    return bytes(-1, 0);
  }

  /**
   * The bytes of a complete cache.
   *
   * @param findings bytes of the findings
   * @param contentSum CRC-32 of marks and findings
   */
  ByteBuffer finished(int findings, int contentSum) {
    return bytes(findings, contentSum);
  }

  /** Whether a file that begins so is a cache of any kind; an empty one may become one. */
  static boolean isOfCache(ByteBuffer first) {
    int compared = Math.min(first.limit(), MAGIC.length);
    for (int i = 0; i < compared; i++) {
      if (first.get(i) != MAGIC[i]) return false;
    }
    return true;
  }

  /**
   * What keeps a file from being this cache.
   *
   * @param first its first bytes
   * @param size of the file
   * @param complete whether a complete one is wanted, or one that is being built
   * @return a reason in words; null when nothing does
   */
  String difference(ByteBuffer first, long size, boolean complete) {
    ByteBuffer bytes = first.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    if (bytes.limit() < BYTES) return "it is truncated";
    int version = bytes.getInt(MAGIC.length);
    if (version != VERSION) return "it is of version " + version + ", not " + VERSION;
    if (bytes.getInt(HEADER_SUM_AT) != sum(bytes)) return "its header is damaged";
    byte[] found = new byte[KEY_BYTES];
    bytes.position(KEY_AT);
    bytes.get(found);
    if (!Arrays.equals(found, key)) return "the pictures, or how they are read, have changed";
    long findings = bytes.getLong(FINDINGS_AT);
    if (complete && findings < 0) return "it is not complete";
    if (size < findings() + Math.max(0, findings)) return "it is truncated";
    return null;
  }

  /** Bytes of the findings of a complete cache. */
  static long findingsBytes(ByteBuffer first) {
    return first.duplicate().order(ByteOrder.LITTLE_ENDIAN).getLong(FINDINGS_AT);
  }

  /** CRC-32 of marks and findings of a complete cache. */
  static int contentSum(ByteBuffer first) {
    return first.duplicate().order(ByteOrder.LITTLE_ENDIAN).getInt(CONTENT_SUM_AT);
  }

  private ByteBuffer bytes(long findings, int contentSum) {
    ByteBuffer page = ByteBuffer.allocate(PAGE).order(ByteOrder.LITTLE_ENDIAN);
    page.put(MAGIC).putInt(VERSION).putInt(count).putInt(height).putInt(width).putInt(channels);
    page.put(key).putLong(findings).putInt(contentSum).putInt(sum(page));
    page.rewind();
    return page;
  }

  private static int sum(ByteBuffer bytes) {
    CRC32 crc = new CRC32();
    for (int i = 0; i < HEADER_SUM_AT; i++) crc.update(bytes.get(i));
    return (int) crc.getValue();
  }
}
