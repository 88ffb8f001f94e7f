package org.sparkdl4j.dataset;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.image.DamageReason;
import org.sparkdl4j.image.DamagedImageException;

class FileContentTest {
  @TempDir private Path folder;

  @Test
  void filesOfAnySizeFollowEachOther() throws Exception {
    long before = Pointer.totalBytes();
    try (FileContent content = new FileContent()) {
      for (int size : new int[] {0, 3, 400_000, 5, 600_001, 0, 600_001}) {
        byte[] expected = new byte[size];
        new Random(size).nextBytes(expected);
        ByteBuffer found = content.read(file(expected));
        byte[] bytes = new byte[found.remaining()];
        found.get(bytes);
        assertArrayEquals(expected, bytes);
      }
    }
    assertEquals(before, Pointer.totalBytes());
  }

  @Test
  void whatCannotBeReadIsNamed() throws IOException {
    try (FileContent content = new FileContent()) {
      for (Path path : new Path[] {folder.resolve("none"), folder}) {
        DamagedImageException problem =
            assertThrows(DamagedImageException.class, () -> content.read(path));
        assertEquals(DamageReason.UNREADABLE, problem.reason());
      }
      Path file = file(new byte[10]);
      Thread.currentThread().interrupt();
      SparkDl4jException problem = assertThrows(SparkDl4jException.class, () -> content.read(file));
      assertEquals(ErrorCode.FILE_UNREADABLE, problem.code());
      assertEquals(true, Thread.interrupted());
    }
  }

  private Path file(byte[] bytes) throws IOException {
    return Files.write(Files.createTempFile(folder, "picture", ""), bytes);
  }
}
