package org.sparkdl4j.spark;

import java.nio.file.Path;
import java.util.function.Function;
import org.apache.spark.sql.SparkSession;
import org.sparkdl4j.file.AtomicFile;
import org.sparkdl4j.file.FileStore;
import org.sparkdl4j.file.LocalFiles;

/**
 * Files as a user on the driver's machine names them: a URL is of any of Hadoop's file systems, all
 * else a path of this machine.
 */
public final class NamedFiles implements FileStore {
  private final FileStore local = new LocalFiles();
  private final FileStore hadoop;

  /** The files that a session reaches, with its settings. */
  public NamedFiles(SparkSession session) {
    hadoop = new HadoopFiles(session);
  }

  @Override
  public void requireWritable(String path) {
    store(path).requireWritable(path);
  }

  @Override
  public void write(String path, AtomicFile.Content content) {
    store(path).write(path, content);
  }

  @Override
  public <T> T read(String path, Function<Path, T> reader) {
    return store(path).read(path, reader);
  }

  private FileStore store(String path) {
    return FileStore.isUrl(path) ? hadoop : local;
  }
}
