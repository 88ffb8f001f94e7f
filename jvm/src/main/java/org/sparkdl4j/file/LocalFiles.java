package org.sparkdl4j.file;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;

/** The files of this machine. */
public final class LocalFiles implements FileStore {
  @Override
  public void requireWritable(String path) {
    Path folder = Path.of(path).toAbsolutePath().getParent();
    if (Files.isDirectory(folder) && Files.isWritable(folder) && !Files.isDirectory(Path.of(path)))
      return;
    throw new SparkDl4jException(
            ErrorCode.FILE_UNWRITABLE,
            "cannot write "
                + path
                + ": it must be a file in a folder that exists and may be written to")
        .with("path", path);
  }

  @Override
  public void write(String path, AtomicFile.Content content) {
    AtomicFile.write(Path.of(path), content);
  }

  @Override
  public <T> T read(String path, Function<Path, T> reader) {
    return reader.apply(Path.of(path));
  }
}
