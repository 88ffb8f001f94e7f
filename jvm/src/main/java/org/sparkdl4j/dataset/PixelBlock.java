package org.sparkdl4j.dataset;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.image.DecodeOptions;
import org.sparkdl4j.onednn.FloatMemory;
import org.sparkdl4j.onednn.NativeAddress;

/**
 * Pictures of equal size in one piece of native memory, or of a file: {@code [count, height, width,
 * channels]}, without gaps. May be larger than 2 GB. Rows may be read by many threads, and those in
 * memory written.
 */
public final class PixelBlock implements AutoCloseable {
  private final PixelType type;
  private final int count;
  private final int height;
  private final int width;
  private final int channels;
  private final Pointer owned;
  private final PixelFile file;
  private volatile long address;

  private PixelBlock(
      PixelType type,
      int count,
      int height,
      int width,
      int channels,
      Pointer owned,
      PixelFile file,
      long address) {
    this.type = type;
    this.count = count;
    this.height = height;
    this.width = width;
    this.channels = channels;
    this.owned = owned;
    this.file = file;
    this.address = address;
  }

  /**
   * A block of zeros in memory of its own, which {@link #close} gives back.
   *
   * @throws SparkDl4jException DATA_SHAPE, or OUT_OF_MEMORY
   */
  public static PixelBlock allocate(
      PixelType type, int count, int height, int width, int channels) {
    checkShape(type, count, height, width, channels);
    long bytes = (long) count * height * width * channels * type.bytes();
    // Not an array of javacpp's: those count against a limit that is made for small things.
    Pointer memory = Pointer.calloc(Math.max(1, bytes), 1);
    if (memory == null || memory.isNull()) {
      throw new SparkDl4jException(
          ErrorCode.OUT_OF_MEMORY,
          "there is no memory for "
              + count
              + " pictures of "
              + height
              + "x"
              + width
              + "x"
              + channels
              + " ("
              + (bytes >> 20)
              + " MiB): use fewer or smaller pictures");
    }
    return new PixelBlock(type, count, height, width, channels, memory, null, memory.address());
  }

  /** A block for decoded pictures in memory of its own, which {@link #close} gives back. */
  public static PixelBlock allocate(DecodeOptions options, int count) {
    return allocate(
        PixelType.of(options), count, options.height(), options.width(), options.channels());
  }

  /** A block of uint8 zeros in memory of its own, which {@link #close} gives back. */
  public static PixelBlock allocate(int count, int height, int width, int channels) {
    return allocate(PixelType.UINT8, count, height, width, channels);
  }

  /**
   * A block over memory of the caller, who keeps it alive and frees it.
   *
   * @param address of the first value, such as numpy's {@code array.ctypes.data} of a C-contiguous
   *     array
   * @throws SparkDl4jException DATA_SHAPE
   */
  public static PixelBlock wrap(
      long address, PixelType type, int count, int height, int width, int channels) {
    checkShape(type, count, height, width, channels);
    return new PixelBlock(type, count, height, width, channels, null, null, address);
  }

  /**
   * A block of pictures in a file, which is only read. What is read goes to the reader's memory and
   * nowhere else, so the block takes none, however large it is.
   *
   * @param offset where the first picture begins in the file
   * @throws SparkDl4jException DATA_SHAPE; FILE_UNREADABLE later, when pictures are read
   */
  public static PixelBlock open(
      Path file, long offset, PixelType type, int count, int height, int width, int channels) {
    checkShape(type, count, height, width, channels);
    PixelFile rows = new PixelFile(file, offset, height * width * channels * type.bytes());
    return new PixelBlock(type, count, height, width, channels, null, rows, 0);
  }

  /** Whether the pictures have addresses. */
  public boolean isInMemory() {
    return file == null;
  }

  public PixelType type() {
    return type;
  }

  /** Number of pictures. */
  public int count() {
    return count;
  }

  public int height() {
    return height;
  }

  public int width() {
    return width;
  }

  public int channels() {
    return channels;
  }

  /** Values per picture: height * width * channels. */
  public int rowLength() {
    return height * width * channels;
  }

  /** Bytes per picture. */
  public long rowBytes() {
    return (long) rowLength() * type.bytes();
  }

  /** Address of the first value; only of blocks in memory. */
  public long address() {
    long current = address;
    if (current == 0) {
      throw new SparkDl4jException(ErrorCode.INTERNAL, "the block of pictures is closed");
    }
    return current;
  }

  /** Address of a picture's first value. */
  public long rowAddress(int row) {
    requireRow(row);
    return address() + row * rowBytes();
  }

  /** One picture's memory, live in both directions, valid until the block is closed. */
  public ByteBuffer row(int row) {
    return bytes(row).asByteBuffer();
  }

  /** Copies a picture of a UINT8 block into an array of {@link #rowLength} or more. */
  public void read(int row, byte[] into) {
    requireType(PixelType.UINT8);
    requireRow(row);
    if (file == null) bytes(row).get(into, 0, rowLength());
    else file.read(row, into);
  }

  /** Copies a picture to an address, with room for {@link #rowBytes}. */
  public void copyTo(int row, long target) {
    requireRow(row);
    if (file != null) {
      file.read(row, target);
    } else {
      Pointer.memcpy(new NativeAddress(target), new NativeAddress(rowAddress(row)), rowBytes());
    }
  }

  /** Copies a picture of a FLOAT32 block into an array of {@link #rowLength} or more. */
  public void read(int row, float[] into) {
    requireType(PixelType.FLOAT32);
    requireRow(row);
    if (file == null) FloatMemory.at(rowAddress(row), rowLength()).get(into, 0, rowLength());
    else file.read(row, into);
  }

  /** Copies an array of {@link #rowLength} or more into a picture of a UINT8 block. */
  public void write(int row, byte[] from) {
    requireType(PixelType.UINT8);
    bytes(row).put(from, 0, rowLength());
  }

  /** Copies an array of {@link #rowLength} or more into a picture of a FLOAT32 block. */
  public void write(int row, float[] from) {
    requireType(PixelType.FLOAT32);
    FloatMemory.at(rowAddress(row), rowLength()).put(from, 0, rowLength());
  }

  /** Copies one picture over another. */
  public void copyRow(int from, int to) {
    if (from != to) copyTo(from, rowAddress(to));
  }

  /** Frees memory of its own, and closes the file; memory of the caller is left alone. */
  @Override
  public synchronized void close() {
    if (address != 0 && owned != null) Pointer.free(owned);
    address = 0;
    if (file != null) file.close();
  }

  private BytePointer bytes(int row) {
    return new BytePointer(new NativeAddress(rowAddress(row))).capacity(rowBytes());
  }

  private void requireRow(int row) {
    if (row < 0 || row >= count) {
      throw new SparkDl4jException(
          ErrorCode.DATA_SHAPE, "there is no picture " + row + " in a block of " + count);
    }
  }

  private void requireType(PixelType wanted) {
    if (type != wanted) {
      throw new SparkDl4jException(
          ErrorCode.DATA_TYPE, "the block holds " + type + ", not " + wanted);
    }
  }

  private static void checkShape(PixelType type, int count, int height, int width, int channels) {
    // A picture must fit into one array and one buffer of Java.
    long rowBytes = (long) height * width * channels * type.bytes();
    boolean fits =
        count >= 0
            && height > 0
            && width > 0
            && channels > 0
            && channels <= 65_536
            && (long) height * width <= Integer.MAX_VALUE
            && rowBytes <= Integer.MAX_VALUE - 8;
    if (!fits) {
      throw new SparkDl4jException(
          ErrorCode.DATA_SHAPE,
          "a block cannot have the shape ("
              + count
              + ", "
              + height
              + ", "
              + width
              + ", "
              + channels
              + ")");
    }
  }
}
