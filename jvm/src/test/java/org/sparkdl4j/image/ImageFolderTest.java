package org.sparkdl4j.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;

class ImageFolderTest {
  @TempDir Path root;

  @BeforeEach
  void makeFiles() throws IOException {
    for (String name :
        new String[] {
          "sea/b.JPG", "sea/deep/c.png", "sea/a.webp", "sea-side/d.tif", "ash/e.bmp",
          "ash/.hidden.png", ".git/f.png", "__MACOSX/ash/g.png", "ash/notes.txt", "png"
        }) {
      Path file = root.resolve(name);
      Files.createDirectories(file.getParent());
      Files.createFile(file);
    }
    Files.createDirectory(root.resolve("ash/folder.png"));
  }

  @Test
  void subfoldersAreClasses() {
    List<LabeledFile> files = ImageFolder.find(root);
    assertEquals(
        List.of("ash/e.bmp", "sea/a.webp", "sea/b.JPG", "sea/deep/c.png", "sea-side/d.tif"),
        files.stream()
            .map(file -> root.relativize(file.path()).toString())
            .collect(Collectors.toList()));
    assertEquals(
        List.of("ash", "sea", "sea", "sea", "sea-side"),
        files.stream().map(LabeledFile::label).collect(Collectors.toList()));
    assertEquals(List.of("ash", "sea", "sea-side"), ImageFolder.classes(files));
  }

  @Test
  void loosePicturesHaveNoClass() throws IOException {
    Files.createFile(root.resolve("loose.jpg"));
    SparkDl4jException e = refused(ErrorCode.DATA_LABELS, () -> ImageFolder.find(root));
    assertTrue(e.getMessage().contains("loose.jpg"), e.getMessage());
    assertEquals(6, ImageFolder.list(root).size());
  }

  @Test
  void oneFileIsTakenWhateverItsName() {
    Path file = root.resolve("ash/notes.txt");
    assertEquals(List.of(file), ImageFolder.list(file));
    refused(ErrorCode.DATA_FORMAT, () -> ImageFolder.find(file));
  }

  @Test
  void missingAndEmptyFolders() throws IOException {
    refused(ErrorCode.FILE_NOT_FOUND, () -> ImageFolder.find(root.resolve("none")));
    Path empty = Files.createDirectory(root.resolve("empty"));
    refused(ErrorCode.DATA_EMPTY, () -> ImageFolder.find(empty));
  }

  @Test
  void oneClassIsRefusedOnlyWhereTwoAreNeeded() {
    refused(ErrorCode.DATA_ONE_CLASS, () -> ImageFolder.requireTwoClasses(root, List.of("ash")));
    ImageFolder.requireTwoClasses(root, List.of("ash", "sea"));
  }

  private static SparkDl4jException refused(ErrorCode code, Executable action) {
    SparkDl4jException e = assertThrows(SparkDl4jException.class, action);
    assertEquals(code, e.code());
    return e;
  }
}
