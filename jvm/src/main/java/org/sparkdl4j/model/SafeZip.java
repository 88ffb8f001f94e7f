package org.sparkdl4j.model;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;

/** A zip file from anywhere, read without trusting its names, sizes or contents. */
final class SafeZip implements Closeable {
  private final Path path;
  private final ZipFile zip;
  private final Map<String, ZipEntry> entries = new LinkedHashMap<>();

  /**
   * Opens a file.
   *
   * @throws SparkDl4jException FILE_NOT_FOUND, FILE_UNREADABLE, MODEL_FILE_DAMAGED,
   *     MODEL_FILE_UNSAFE for names that lead elsewhere, stand there twice or stand for a Java
   *     object
   */
  SafeZip(Path path) {
    this.path = path;
    this.zip = open(path);
    try {
      for (Enumeration<? extends ZipEntry> all = zip.entries(); all.hasMoreElements(); ) {
        ZipEntry entry = all.nextElement();
        checkName(entry.getName());
        if (entries.put(entry.getName(), entry) != null) {
          throw unsafe("the entry " + entry.getName() + " is there twice");
        }
      }
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  Set<String> names() {
    return entries.keySet();
  }

  /**
   * Opens an entry.
   *
   * @param limit the most bytes that it may have
   * @throws SparkDl4jException MODEL_FILE_DAMAGED when it is missing, MODEL_FILE_UNSAFE when it is
   *     too large or a serialised Java object
   */
  CheckedEntry entry(String name, long limit) throws IOException {
    ZipEntry entry = entries.get(name);
    if (entry == null) throw damaged("it lacks the entry " + name);
    if (entry.getSize() > limit) throw tooLarge(name, limit);
    InputStream in = new BufferedInputStream(zip.getInputStream(entry), 1 << 16);
    in.mark(2);
    if (in.read() == 0xAC && in.read() == 0xED) {
      throw unsafe("the entry " + name + " is a serialised Java object, which is never loaded");
    }
    in.reset();
    return new CheckedEntry(in, entry.getCrc(), limit, () -> tooLarge(name, limit));
  }

  SparkDl4jException unsafe(String what) {
    return failure(ErrorCode.MODEL_FILE_UNSAFE, "is not safe to load: " + what, null);
  }

  SparkDl4jException damaged(String what) {
    return damaged(what, null);
  }

  SparkDl4jException damaged(String what, Throwable cause) {
    return failure(ErrorCode.MODEL_FILE_DAMAGED, "is damaged or not a model file: " + what, cause);
  }

  SparkDl4jException failure(ErrorCode code, String what, Throwable cause) {
    return failure(path, code, what, cause);
  }

  @Override
  public void close() {
    try {
      zip.close();
    } catch (IOException e) {
      throw damaged(e.getMessage(), e);
    }
  }

  private static ZipFile open(Path path) {
    if (!Files.exists(path)) {
      throw new SparkDl4jException(ErrorCode.FILE_NOT_FOUND, "there is no model file " + path)
          .with("path", path.toString());
    }
    if (!Files.isRegularFile(path) || !Files.isReadable(path)) {
      throw failure(
          path,
          ErrorCode.FILE_UNREADABLE,
          Files.isDirectory(path) ? "is a folder" : "cannot be read: there is no permission",
          null);
    }
    try {
      return new ZipFile(path.toFile());
    } catch (ZipException | EOFException e) {
      throw failure(
          path,
          ErrorCode.MODEL_FILE_DAMAGED,
          "is damaged or not a model file: it is not a whole zip file (" + e.getMessage() + ")",
          e);
    } catch (IOException e) {
      throw failure(path, ErrorCode.FILE_UNREADABLE, "cannot be read: " + e.getMessage(), e);
    }
  }

  private void checkName(String name) {
    boolean leadsElsewhere = name.startsWith("/") || name.contains("\\") || name.contains(":");
    for (String part : name.split("/", -1)) leadsElsewhere |= part.equals("..");
    if (leadsElsewhere) throw unsafe("the entry " + name + " leads out of the file");
    if (name.equals("preprocessor.bin")) {
      throw unsafe("the entry preprocessor.bin is a serialised Java object, which is never loaded");
    }
  }

  private SparkDl4jException tooLarge(String name, long limit) {
    return unsafe(
        "the entry " + name + " unpacks to more than the " + limit + " bytes it may have");
  }

  private static SparkDl4jException failure(
      Path path, ErrorCode code, String what, Throwable cause) {
    return new SparkDl4jException(code, "the model file " + path + " " + what, cause)
        .with("path", path.toString());
  }
}
