package org.sparkdl4j.file;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;

/** Files that are there wholly or not at all. */
public final class AtomicFile {
  /** Writes a file's content. */
  public interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  private AtomicFile() {}

  /**
   * Writes a file beside its place and then moves it there. When that fails, what was there before
   * is untouched and nothing is left beside it.
   *
   * @throws SparkDl4jException FILE_UNWRITABLE
   */
  public static void write(Path file, Content content) {
    Path temporary = null;
    try {
      Path target = Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
      if (Files.isDirectory(target)) throw new IOException("it is a folder");
      temporary =
          target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID() + ".tmp");
      writeDurably(temporary, content);
      Files.move(
          temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      makeMoveDurable(target.getParent());
    } catch (SparkDl4jException e) {
      // Not the file's fault: the content could not be made.
      delete(temporary, e);
      throw e;
    } catch (IOException | RuntimeException e) {
      delete(temporary, e);
      throw unwritable(file, e);
    }
  }

  /** Writes a text in UTF-8, and makes the folders above it where they are missing. */
  public static void writeText(Path file, String text) {
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
    } catch (IOException e) {
      throw unwritable(file, e);
    }
    write(file, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
  }

  private static void writeDurably(Path temporary, Content content) throws IOException {
    try (FileChannel channel =
        FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16);
      content.writeTo(out);
      out.flush();
      channel.force(true);
    }
  }

  private static void makeMoveDurable(Path folder) {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      // Not every file system lets a folder be synchronised; the file itself is safe already.
    }
  }

  private static void delete(Path temporary, Exception failure) {
    if (temporary == null) return;
    try {
      Files.deleteIfExists(temporary);
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  private static SparkDl4jException unwritable(Path file, Exception e) {
    return new SparkDl4jException(
            ErrorCode.FILE_UNWRITABLE, "cannot write " + file + ": " + reason(e), e)
        .with("path", file.toString());
  }

  private static String reason(Exception e) {
    if (e instanceof NoSuchFileException) return "its folder does not exist";
    if (e instanceof AccessDeniedException) return "there is no write permission";
    return e.getMessage() == null ? e.toString() : e.getMessage();
  }
}
