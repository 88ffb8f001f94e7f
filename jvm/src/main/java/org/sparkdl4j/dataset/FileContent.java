package org.sparkdl4j.dataset;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.bytedeco.javacpp.BytePointer;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.image.DamageReason;
import org.sparkdl4j.image.DamagedImageException;

/**
 * The content of one picture file after the other, in the same memory off the heap: arrays would be
 * filled with zeros, copied twice, and collected. For one thread.
 */
final class FileContent implements AutoCloseable {
  private static final int LEAST_BYTES = 1 << 16;

  private BytePointer memory = new BytePointer(0);

  /**
   * Reads a file.
   *
   * @return its content, valid until the next call
   * @throws DamagedImageException UNREADABLE, or UNSUPPORTED from 2 GiB on
   * @throws SparkDl4jException FILE_UNREADABLE when the thread is interrupted
   */
  ByteBuffer read(Path file) throws DamagedImageException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long size = channel.size();
      if (size > Integer.MAX_VALUE) {
        throw new DamagedImageException(
            DamageReason.UNSUPPORTED, "files above 2 GiB are not supported");
      }
      ByteBuffer content = room(size);
      while (content.hasRemaining() && channel.read(content) >= 0) {
        // Until all of it is there.
      }
      content.flip();
      return content;
    } catch (NoSuchFileException e) {
      throw new DamagedImageException(DamageReason.UNREADABLE, "there is no such file");
    } catch (AccessDeniedException e) {
      throw new DamagedImageException(DamageReason.UNREADABLE, "no permission to read it");
    } catch (ClosedByInterruptException e) {
      throw new SparkDl4jException(
              ErrorCode.FILE_UNREADABLE, "reading " + file + " was interrupted", e)
          .with("path", file.toString());
    } catch (IOException e) {
      throw new DamagedImageException(DamageReason.UNREADABLE, "" + e.getMessage());
    }
  }

  @Override
  public void close() {
    memory.close();
  }

  private ByteBuffer room(long size) {
    if (memory.capacity() < size) {
      memory.close();
      // A little more, so that not every larger file takes new memory; a buffer has an int's bytes.
      long spare = Math.min(Integer.MAX_VALUE, size + size / 2);
      memory = new BytePointer(Math.max(LEAST_BYTES, spare));
    }
    ByteBuffer room = memory.asBuffer();
    room.limit((int) size);
    return room;
  }
}
