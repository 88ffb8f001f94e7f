package org.sparkdl4j.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;

/**
 * A text file that grows by whole lines; each is handed to the system at once. What a run that was
 * killed has written is whole lines, therefore, and a half line that a machine which stopped has
 * left is cut off.
 */
public final class LineFile implements AutoCloseable {
  private static final byte END = '\n';

  private final Path file;
  private final FileChannel channel;

  /**
   * Opens a file.
   *
   * @param append go on at its end, rather than begin anew
   * @throws SparkDl4jException FILE_UNWRITABLE
   */
  public LineFile(Path file, boolean append) {
    this.file = file;
    new LocalFiles().requireWritable(file.toString());
    try {
      channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      channel.truncate(append ? wholeLines() : 0);
      channel.position(channel.size());
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  /**
   * Adds a line.
   *
   * @param line without its end
   * @throws SparkDl4jException FILE_UNWRITABLE
   */
  public void write(String line) {
    ByteBuffer bytes = ByteBuffer.wrap((line + (char) END).getBytes(StandardCharsets.UTF_8));
    try {
      while (bytes.hasRemaining()) channel.write(bytes);
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  /** Closes the file. Idempotent. */
  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  private long wholeLines() throws IOException {
    long size = channel.size();
    ByteBuffer last = ByteBuffer.allocate(1);
    while (size > 0) {
      last.clear();
      channel.read(last, size - 1);
      if (last.get(0) == END) break;
      size--;
    }
    return size;
  }

  private SparkDl4jException unwritable(IOException e) {
    return new SparkDl4jException(
            ErrorCode.FILE_UNWRITABLE,
            file
                + " cannot be written: "
                + e.getMessage()
                + "; check the folder, its permissions and the free space",
            e)
        .with("path", file.toString());
  }
}
