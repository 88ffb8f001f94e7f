package org.sparkdl4j.image;

import java.util.HashMap;
import java.util.Map;

/** The first directory of a TIFF structure: a picture file, or an EXIF block. */
final class TiffDirectory {
  private static final int BYTE = 1;
  private static final int SHORT = 3;
  private static final int LONG = 4;

  private final Map<Integer, long[]> values = new HashMap<>();

  private TiffDirectory() {}

  /** Reads the directory; the cursor stands at the beginning of the structure. */
  static TiffDirectory read(ByteCursor cursor) throws DamagedImageException {
    int order = cursor.u16();
    if (order != 0x4949 && order != 0x4D4D) {
      throw new DamagedImageException(DamageReason.CORRUPT, "the TIFF header names no byte order");
    }
    cursor.littleEndian(order == 0x4949);
    cursor.skip(2);
    cursor.seek(cursor.u32());
    TiffDirectory directory = new TiffDirectory();
    int entries = cursor.u16();
    int first = cursor.position();
    for (int i = 0; i < entries; i++) {
      cursor.seek(first + 12L * i);
      directory.readEntry(cursor);
    }
    return directory;
  }

  private void readEntry(ByteCursor cursor) throws DamagedImageException {
    int tag = cursor.u16();
    int type = cursor.u16();
    long count = cursor.u32();
    if (type != BYTE && type != SHORT && type != LONG) return;
    int bytes = type == BYTE ? 1 : type == SHORT ? 2 : 4;
    if (count * bytes > 4) cursor.seek(cursor.u32());
    cursor.require(count * bytes);
    long[] numbers = new long[(int) count];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = bytes == 1 ? cursor.u8() : bytes == 2 ? cursor.u16() : cursor.u32();
    }
    values.put(tag, numbers);
  }

  /** The first number of a tag. */
  long value(int tag, long otherwise) {
    long[] numbers = values.get(tag);
    return numbers == null || numbers.length == 0 ? otherwise : numbers[0];
  }

  /** All numbers of a tag; none when it is absent. */
  long[] values(int tag) {
    return values.getOrDefault(tag, new long[0]);
  }
}
