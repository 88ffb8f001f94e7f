package org.sparkdl4j.file;

import java.nio.file.Path;
import java.util.function.Function;
import java.util.regex.Pattern;

/** Where a run's files are: on this machine ({@link LocalFiles}), or where a cluster has them. */
public interface FileStore {
  /** A scheme, and what it says. */
  Pattern URL = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*://?.*");

  /** Whether a path names a file system, such as {@code hdfs://host/model.zip}. */
  static boolean isUrl(String path) {
    return URL.matcher(path).matches();
  }

  /**
   * Makes sure, before long work, that a file can be written.
   *
   * @throws org.sparkdl4j.error.SparkDl4jException FILE_NOT_FOUND for a folder of this machine that
   *     is missing; FILE_UNWRITABLE
   */
  void requireWritable(String path);

  /**
   * Writes a file wholly or not at all; what was there before is replaced.
   *
   * @throws org.sparkdl4j.error.SparkDl4jException FILE_UNWRITABLE
   */
  void write(String path, AtomicFile.Content content);

  /**
   * Reads a file, which the reader gets as one of this machine.
   *
   * @throws org.sparkdl4j.error.SparkDl4jException FILE_NOT_FOUND, FILE_UNREADABLE, and what the
   *     reader throws
   */
  <T> T read(String path, Function<Path, T> reader);
}
