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
    if (Files.isDirectory(Path.of(path))) {
      throw refused(ErrorCode.FILE_UNWRITABLE, "cannot write " + path + ": it is a folder", path);
    }
    Path folder = Path.of(path).toAbsolutePath().getParent();
    if (!Files.isDirectory(folder)) {
      throw refused(ErrorCode.FILE_NOT_FOUND, "the folder " + folder + " does not exist", path);
    }
    if (!Files.isWritable(folder)) {
      throw refused(
          ErrorCode.FILE_UNWRITABLE, "there is no permission to write into " + folder, path);
    }
  }

  @Override
  public void write(String path, AtomicFile.Content content) {
    AtomicFile.write(Path.of(path), content);
  }

  @Override
  public <T> T read(String path, Function<Path, T> reader) {
    return reader.apply(Path.of(path));
  }

  private static SparkDl4jException refused(ErrorCode code, String message, String path) {
    return new SparkDl4jException(code, message).with("path", path);
  }
}
