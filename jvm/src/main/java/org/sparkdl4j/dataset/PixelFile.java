package org.sparkdl4j.dataset;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import org.bytedeco.javacpp.BytePointer;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.onednn.NativeAddress;

/**
 * Pictures of equal size one after the other in a file, of which every reader takes what it needs,
 * straight into its own memory. Mapped pages would count as memory of this process for as long as
 * nobody else needs them; what is read this way never does. Safe for use by many threads.
 */
final class PixelFile implements AutoCloseable {
  private final Path path;
  private final long offset;
  private final int rowBytes;

  /** One for every thread that reads at a time: an interrupted thread closes the one it uses. */
  private final Deque<FileChannel> idle = new ArrayDeque<>();

  private boolean closed;

  /**
   * Pictures of a file, which is opened when it is first read.
   *
   * @param offset where the first picture begins
   */
  PixelFile(Path path, long offset, int rowBytes) {
    this.path = path;
    this.offset = offset;
    this.rowBytes = rowBytes;
  }

  /** Reads a picture to an address. */
  void read(int row, long address) {
    read(row, new BytePointer(new NativeAddress(address)).capacity(rowBytes).asByteBuffer());
  }

  /** Reads a picture into an array. */
  void read(int row, byte[] into) {
    read(row, ByteBuffer.wrap(into, 0, rowBytes));
  }

  /** Reads a picture of float32 into an array. */
  void read(int row, float[] into) {
    ByteBuffer bytes = ByteBuffer.allocateDirect(rowBytes).order(ByteOrder.nativeOrder());
    read(row, bytes);
    bytes.flip();
    bytes.asFloatBuffer().get(into, 0, rowBytes / Float.BYTES);
  }

  @Override
  public void close() {
    synchronized (idle) {
      closed = true;
      idle.forEach(PixelFile::close);
      idle.clear();
    }
  }

  private void read(int row, ByteBuffer into) {
    FileChannel channel = null;
    try {
      channel = take();
      long start = offset + (long) row * rowBytes - into.position();
      while (into.hasRemaining()) {
        if (channel.read(into, start + into.position()) < 0) {
          throw new IOException("it ends before picture " + row);
        }
      }
      giveBack(channel);
    } catch (ClosedByInterruptException e) {
      throw new SparkDl4jException(
          ErrorCode.TRAINING_STATE, "reading the pictures in " + path + " was interrupted", e);
    } catch (IOException e) {
      if (channel != null) close(channel);
      String reason = e instanceof NoSuchFileException ? "it does not exist" : e.getMessage();
      throw new SparkDl4jException(
              ErrorCode.FILE_UNREADABLE,
              "the pictures in " + path + " cannot be read: " + reason,
              e)
          .with("path", path.toString());
    }
  }

  private FileChannel take() throws IOException {
    synchronized (idle) {
      if (closed) {
        throw new SparkDl4jException(ErrorCode.INTERNAL, "the block of pictures is closed");
      }
      FileChannel channel = idle.poll();
      if (channel != null) return channel;
    }
    return FileChannel.open(path, StandardOpenOption.READ);
  }

  private void giveBack(FileChannel channel) {
    synchronized (idle) {
      if (closed) close(channel);
      else idle.push(channel);
    }
  }

  private static void close(FileChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      // It was only read: nothing can be lost.
    }
  }
}
