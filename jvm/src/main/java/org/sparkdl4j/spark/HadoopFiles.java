package org.sparkdl4j.spark;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.util.EnumSet;
import java.util.UUID;
import java.util.function.Function;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.CreateFlag;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Options.CreateOpts;
import org.apache.hadoop.fs.Options.Rename;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.file.AtomicFile;
import org.sparkdl4j.file.FileStore;

/**
 * The files of any of Hadoop's file systems: {@code hdfs://…}, {@code s3a://…}, {@code file:///…};
 * a path without a scheme is one of the cluster's own.
 */
public final class HadoopFiles implements FileStore {
  private interface Work<T> {
    T run() throws IOException;
  }

  private final Configuration configuration;

  /** The files that a session reaches, with its settings. */
  public HadoopFiles(SparkSession session) {
    this(JavaSparkContext.fromSparkContext(session.sparkContext()));
  }

  /** The files that a context reaches, with its settings. */
  public HadoopFiles(JavaSparkContext context) {
    configuration = context.hadoopConfiguration();
  }

  @Override
  public void requireWritable(String path) {
    writing(
        path,
        () -> {
          Path target = new Path(path);
          FileSystem files = target.getFileSystem(configuration);
          if (files.exists(target) && files.getFileStatus(target).isDirectory()) {
            throw new IOException("it is a folder");
          }
          files.mkdirs(files.makeQualified(target).getParent());
          return null;
        });
  }

  /** {@inheritDoc} On object stores a file appears when it is closed; elsewhere it is renamed. */
  @Override
  public void write(String path, AtomicFile.Content content) {
    writing(
        path,
        () -> {
          Path target = new Path(path);
          FileSystem files = target.getFileSystem(configuration);
          if (files.hasPathCapability(target, "fs.capability.outputstream.abortable")) {
            try (OutputStream out = files.create(target, true)) {
              content.writeTo(out);
            }
          } else {
            rename(files.makeQualified(target), content);
          }
          return null;
        });
  }

  /** A path with its scheme: where there is none, that of the cluster's own file system. */
  public String qualified(String path) {
    try {
      Path found = new Path(path);
      return found.getFileSystem(configuration).makeQualified(found).toString();
    } catch (IOException | IllegalArgumentException e) {
      throw failure(ErrorCode.FILE_UNREADABLE, "cannot reach ", path, e);
    }
  }

  @Override
  public <T> T read(String path, Function<java.nio.file.Path, T> reader) {
    java.nio.file.Path copy = null;
    try {
      copy = Files.createTempFile("sparkdl4j-", ".zip");
      Path source = new Path(path);
      FileSystem files = source.getFileSystem(configuration);
      try (InputStream in = files.open(source);
          OutputStream out = Files.newOutputStream(copy)) {
        in.transferTo(out);
      }
      return reader.apply(copy);
    } catch (SparkDl4jException e) {
      throw named(e, copy.toString(), path);
    } catch (FileNotFoundException e) {
      throw failure(ErrorCode.FILE_NOT_FOUND, "there is no file ", path, e);
    } catch (IOException | IllegalArgumentException e) {
      throw failure(ErrorCode.FILE_UNREADABLE, "cannot read ", path, e);
    } finally {
      if (copy != null) copy.toFile().delete();
    }
  }

  private void rename(Path target, AtomicFile.Content content) throws IOException {
    FileContext files = FileContext.getFileContext(target.toUri(), configuration);
    Path temporary =
        new Path(target.getParent(), "." + target.getName() + "." + UUID.randomUUID() + ".tmp");
    try {
      try (OutputStream out =
          files.create(temporary, EnumSet.of(CreateFlag.CREATE), CreateOpts.createParent())) {
        content.writeTo(out);
      }
      files.rename(temporary, target, Rename.OVERWRITE);
    } catch (IOException | RuntimeException e) {
      files.delete(temporary, false);
      throw e;
    }
  }

  private static <T> T writing(String path, Work<T> work) {
    try {
      return work.run();
    } catch (IOException | IllegalArgumentException e) {
      throw failure(ErrorCode.FILE_UNWRITABLE, "cannot write ", path, e);
    }
  }

  /** What a reader says of the copy, said of the file. */
  private static SparkDl4jException named(SparkDl4jException e, String copy, String path) {
    SparkDl4jException named =
        new SparkDl4jException(e.code(), e.getMessage().replace(copy, path), e);
    e.details().forEach((name, value) -> named.with(name, copy.equals(value) ? path : value));
    return named;
  }

  private static SparkDl4jException failure(
      ErrorCode code, String what, String path, Exception cause) {
    return new SparkDl4jException(code, what + path + ": " + cause.getMessage(), cause)
        .with("path", path);
  }
}
