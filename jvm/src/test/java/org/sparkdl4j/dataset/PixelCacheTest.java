package org.sparkdl4j.dataset;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.image.DecodeOptions;
import org.sparkdl4j.image.Pictures;

class PixelCacheTest {
  private static final DecodeOptions OPTIONS = new DecodeOptions(4, 5, 3);
  private static final int COUNT = 9;

  @TempDir Path root;
  private final List<Path> files = new ArrayList<>();
  private Path place;

  @BeforeEach
  void writePictures() throws IOException {
    for (int i = 0; i < COUNT; i++) {
      Path file = root.resolve(i + ".png");
      Files.write(file, Pictures.encode(".png", 10 + 4 * i, 12));
      files.add(file);
    }
    place = root.resolve("cache.pixels");
  }

  @Test
  void rowsAreThoseOfTheFilesInMemoryAndInTheCache() throws IOException {
    Files.write(files.get(3), new byte[0]);
    PixelCache cache = cache();
    LoadedImages loaded = cache.load(0.5, null).get();
    assertArrayEquals(new int[] {0, 1, 2, 4, 5, 6, 7, 8}, loaded.fileIndices());
    assertEquals("empty", loaded.damaged().get(0).reason().label());
    try (PixelBlock memory = PixelBlock.allocate(COUNT, 4, 5, 3);
        PixelBlock stored = cache.open();
        BytePointer copied = new BytePointer(60)) {
      new ImageLoader(OPTIONS, 1).load(files, memory, 0.5, null).get();
      assertFalse(stored.isInMemory());
      byte[] expected = new byte[60];
      byte[] found = new byte[60];
      for (int i = 0; i < loaded.size(); i++) {
        memory.read(i, expected);
        stored.read(loaded.fileIndex(i), found);
        assertArrayEquals(expected, found);
        stored.copyTo(loaded.fileIndex(i), copied.address());
        copied.get(found);
        assertArrayEquals(expected, found);
      }
      assertThrows(SparkDl4jException.class, () -> stored.read(COUNT, found));
    }
  }

  @Test
  void anInterruptedReaderLeavesTheBlockToOthers() {
    cache().load(0, null);
    try (PixelBlock stored = cache().open()) {
      byte[] row = new byte[60];
      stored.read(0, row);
      Thread.currentThread().interrupt();
      SparkDl4jException e =
          assertThrows(SparkDl4jException.class, () -> stored.read(1, new byte[60]));
      assertEquals(ErrorCode.TRAINING_STATE, e.code());
      assertTrue(Thread.interrupted());
      byte[] again = new byte[60];
      stored.read(0, again);
      assertArrayEquals(row, again);
    }
  }

  @Test
  void aCancelledBuildGoesOnWithWhatIsLeft() throws IOException {
    ImageLoader loader = new ImageLoader(OPTIONS, 1);
    assertTrue(new PixelCache(place, "source", files, loader).load(0, null).isPresent());
    byte[] whole = Files.readAllBytes(place);
    Files.delete(place);

    // A build that ended after four pictures: their marks are set, the others' rows are zeros.
    PixelCache cut = cache();
    byte[] partial = whole.clone();
    for (int i = 60; i < 68; i++) partial[i] = (byte) 0xFF;
    java.util.zip.CRC32 crc = new java.util.zip.CRC32();
    for (int i = 68; i < 72; i++) partial[i] = 0;
    crc.update(partial, 0, 72);
    for (int i = 0; i < 4; i++) partial[72 + i] = (byte) (crc.getValue() >> 8 * i);
    for (int i = 4; i < COUNT; i++) partial[4096 + i] = 0;
    for (long i = cut.offset() + 4 * 60; i < cut.offset() + COUNT * 60; i++) partial[(int) i] = 0;
    // Shows that what was marked is not decoded again.
    partial[(int) cut.offset()] ^= 1;
    Files.write(root.resolve("cache.pixels.partial"), partial);

    List<Integer> reported = new ArrayList<>();
    assertEquals(COUNT, cut.load(0, (done, total) -> reported.add(done)).get().size());
    assertTrue(reported.get(0) >= 4);
    whole[(int) cut.offset()] ^= 1;
    assertArrayEquals(whole, Files.readAllBytes(place));
    assertFalse(Files.exists(root.resolve("cache.pixels.partial")));
  }

  @Test
  void cancellingLeavesNoCache() {
    ImageLoader loader = new ImageLoader(OPTIONS, 1);
    loader.cancel();
    assertTrue(new PixelCache(place, "source", files, loader).load(0, null).isEmpty());
    assertFalse(Files.exists(place));
    assertEquals(COUNT, cache().load(0, null).get().size());
  }

  @Test
  void aSmallDiskIsRefusedBeforeAnythingIsWritten() throws IOException {
    PixelCache cache = cache();
    cache.useDisk(folder -> 8000);
    SparkDl4jException e = assertThrows(SparkDl4jException.class, () -> cache.load(0, null));
    assertEquals(ErrorCode.FILE_UNWRITABLE, e.code());
    assertEquals(8192L + COUNT * 60, e.details().get("needed_bytes"));
    assertEquals(0, Files.size(root.resolve("cache.pixels.partial")));
    cache.useDisk(folder -> 8192 + COUNT * 60);
    assertEquals(COUNT, cache.load(0, null).get().size());
  }

  @Test
  void twoBuildersDoNotMeet() throws IOException {
    Path partial = root.resolve("cache.pixels.partial");
    try (java.nio.channels.FileChannel other =
        java.nio.channels.FileChannel.open(
            partial,
            java.nio.file.StandardOpenOption.CREATE,
            java.nio.file.StandardOpenOption.WRITE)) {
      other.lock();
      SparkDl4jException e = assertThrows(SparkDl4jException.class, () -> cache().load(0, null));
      assertEquals(ErrorCode.FILE_UNWRITABLE, e.code());
      assertTrue(e.getMessage().contains("is being built by another"), e.getMessage());
    }
  }

  @Test
  void aFolderHasAFileForEverySourceAndSize() {
    ImageLoader loader = new ImageLoader(OPTIONS, 1);
    ImageLoader other = new ImageLoader(new DecodeOptions(4, 6, 3), 1);
    Path train = new PixelCache(root, "/data/train", files, loader).file();
    assertTrue(train.getFileName().toString().matches("train-4x5x3-[0-9a-f]{12}\\.pixels"));
    assertEquals(train, new PixelCache(root, "/data/train", files.subList(0, 2), loader).file());
    assertFalse(train.equals(new PixelCache(root, "/more/train", files, loader).file()));
    assertFalse(train.equals(new PixelCache(root, "/data/train", files, other).file()));
  }

  private PixelCache cache() {
    return new PixelCache(place, "source", files, new ImageLoader(OPTIONS, 2));
  }
}
