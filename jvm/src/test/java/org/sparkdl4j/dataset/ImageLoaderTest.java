package org.sparkdl4j.dataset;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.bytedeco.javacpp.BytePointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.image.DecodeOptions;
import org.sparkdl4j.image.LabeledFile;
import org.sparkdl4j.image.Pictures;

class ImageLoaderTest {
  private static final DecodeOptions OPTIONS = new DecodeOptions(4, 5, 3);

  @TempDir Path root;

  @Test
  void fillsMemoryOfTheCallerWhateverTheThreads() throws IOException {
    List<Path> files = writePictures(12);
    byte[] alone = load(files, 1);
    assertArrayEquals(alone, load(files, 4));
    // Red in the corner grows with the size of the picture that was shrunk.
    assertTrue((alone[0] & 0xFF) < (alone[11 * 60] & 0xFF));
  }

  @Test
  void damagedFilesAreReportedAndClosedUp() throws IOException {
    List<Path> files = writePictures(5);
    Files.write(files.get(1), new byte[0]);
    Files.write(files.get(3), "text".getBytes());
    try (PixelBlock block = PixelBlock.allocate(5, 4, 5, 3)) {
      LoadedImages loaded = new ImageLoader(OPTIONS, 2).load(files, block, 0.5, null).get();
      assertArrayEquals(new int[] {0, 2, 4}, loaded.fileIndices());
      assertEquals(
          List.of("empty", "not_a_picture"),
          loaded.damaged().stream().map(d -> d.reason().label()).collect(Collectors.toList()));
      byte[] row = new byte[60];
      block.read(2, row);
      byte[] expected = new byte[60];
      System.arraycopy(load(files.subList(4, 5), 1), 0, expected, 0, 60);
      assertArrayEquals(expected, row);

      List<LabeledFile> labeled = new ArrayList<>();
      for (Path file : files) labeled.add(new LabeledFile(file, "c" + labeled.size() % 3));
      LabeledImages images = LabeledImages.of(block, loaded, labeled, List.of("c0", "c1", "c2"));
      assertArrayEquals(new int[] {0, 2, 1}, images.labels());
      assertEquals(3, images.size());
    }
  }

  @Test
  void tooManyDamagedFilesAreAnError() throws IOException {
    List<Path> files = writePictures(4);
    Files.delete(files.get(2));
    Files.createDirectory(files.get(2));
    SparkDl4jException e = refused(files, 0.2);
    assertEquals(ErrorCode.DATA_DAMAGED, e.code());
    assertTrue(e.getMessage().startsWith("1 of 4 pictures are damaged"), e.getMessage());
    assertTrue(e.getMessage().contains("2.png (unreadable"), e.getMessage());
    assertEquals(4L, e.details().get("total"));
  }

  @Test
  void nothingLeftIsAnErrorInAnyCase() throws IOException {
    List<Path> files = writePictures(1);
    Files.write(files.get(0), new byte[0]);
    assertEquals(ErrorCode.DATA_EMPTY, refused(files, 1).code());
    assertEquals(ErrorCode.DATA_EMPTY, refused(List.of(), 1).code());
  }

  @Test
  void blockMustFit() throws IOException {
    List<Path> files = writePictures(2);
    try (PixelBlock block = PixelBlock.allocate(1, 4, 5, 3)) {
      SparkDl4jException e =
          assertThrows(
              SparkDl4jException.class,
              () -> new ImageLoader(OPTIONS, 1).load(files, block, 0, null));
      assertEquals(ErrorCode.DATA_SHAPE, e.code());
    }
  }

  @Test
  void progressEndsWithTheTotalAndCancellingEndsTheWork() throws IOException {
    List<Path> files = writePictures(3);
    List<Integer> reports = new ArrayList<>();
    ImageLoader loader = new ImageLoader(OPTIONS, 0);
    try (PixelBlock block = PixelBlock.allocate(3, 4, 5, 3)) {
      loader.load(files, block, 0, (done, total) -> reports.add(done));
      assertEquals(3, reports.get(reports.size() - 1));
      loader.cancel();
      assertFalse(loader.load(files, block, 0, null).isPresent());
    }
  }

  private List<Path> writePictures(int number) throws IOException {
    List<Path> files = new ArrayList<>();
    for (int i = 0; i < number; i++) {
      Path file = root.resolve(i + ".png");
      files.add(Files.write(file, Pictures.encode(".png", 10 + 4 * i, 12)));
    }
    return files;
  }

  private static byte[] load(List<Path> files, int threads) {
    try (BytePointer memory = new BytePointer(files.size() * 60L)) {
      PixelBlock block = PixelBlock.wrap(memory.address(), PixelType.UINT8, files.size(), 4, 5, 3);
      LoadedImages loaded = new ImageLoader(OPTIONS, threads).load(files, block, 0, null).get();
      assertEquals(files.size(), loaded.size());
      ByteBuffer pixels = memory.asByteBuffer();
      byte[] copy = new byte[pixels.remaining()];
      pixels.get(copy);
      return copy;
    }
  }

  private static SparkDl4jException refused(List<Path> files, double maxDamaged) {
    try (PixelBlock block = PixelBlock.allocate(files.size(), 4, 5, 3)) {
      return assertThrows(
          SparkDl4jException.class,
          () -> new ImageLoader(OPTIONS, 2).load(files, block, maxDamaged, null));
    }
  }
}
