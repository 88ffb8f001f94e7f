package org.sparkdl4j.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;

class AtomicFileTest {
  @TempDir Path folder;

  @Test
  void replacesInOneStepAndLeavesNothingBeside() throws IOException {
    Path file = folder.resolve("model.zip");
    AtomicFile.write(file, out -> out.write("old".getBytes()));
    AtomicFile.write(file, out -> out.write("new".getBytes()));
    assertEquals("new", Files.readString(file));
    assertEquals("model.zip", names());
  }

  @Test
  void aFullDiskLeavesTheOldFileAndNoTemporaryOne() throws IOException {
    Path file = folder.resolve("model.zip");
    AtomicFile.write(file, out -> out.write("old".getBytes()));
    SparkDl4jException e =
        assertThrows(
            SparkDl4jException.class,
            () ->
                AtomicFile.write(
                    file,
                    out -> {
                      out.write(new byte[100_000]);
                      throw new IOException("No space left on device");
                    }));
    assertEquals(ErrorCode.FILE_UNWRITABLE, e.code());
    assertEquals("cannot write " + file + ": No space left on device", e.getMessage());
    assertEquals(file.toString(), e.details().get("path"));
    assertEquals("old", Files.readString(file));
    assertEquals("model.zip", names());
  }

  @Test
  void saysWhyItCannotWrite() throws IOException {
    assertReason(folder.resolve("missing/model.zip"), "its folder does not exist");
    assertReason(folder, "it is a folder");
    Path file = Files.writeString(folder.resolve("file"), "x");
    assertTrue(failure(file.resolve("model.zip")).getMessage().startsWith("cannot write " + file));
    assertEquals("file", names());
  }

  @Test
  void aLinkKeepsLeadingToTheFile() throws IOException {
    Path file = Files.writeString(folder.resolve("model.zip"), "old");
    Path link = Files.createSymbolicLink(folder.resolve("link.zip"), file);
    AtomicFile.write(link, out -> out.write("new".getBytes()));
    assertTrue(Files.isSymbolicLink(link));
    assertEquals("new", Files.readString(file));
  }

  private void assertReason(Path file, String reason) {
    assertEquals("cannot write " + file + ": " + reason, failure(file).getMessage());
  }

  private static SparkDl4jException failure(Path file) {
    return assertThrows(
        SparkDl4jException.class, () -> AtomicFile.write(file, out -> out.write(1)));
  }

  private String names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(f -> f.getFileName().toString()).sorted().collect(Collectors.joining(","));
    }
  }
}
