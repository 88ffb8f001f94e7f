package org.sparkdl4j.image;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;

/**
 * Finds pictures by their names: jpg, jpeg, png, bmp, gif, tif, tiff, webp in any case. Hidden
 * files and folders (and {@code __MACOSX}, which archives from macOS bring along) are skipped,
 * links are followed.
 */
public final class ImageFolder {
  /** What the names of pictures end with, in small letters. */
  public static final Set<String> EXTENSIONS =
      Set.of("jpg", "jpeg", "png", "bmp", "gif", "tif", "tiff", "webp");

  private ImageFolder() {}

  /**
   * The pictures of a folder whose subfolders are classes; what lies deeper belongs to the class
   * too.
   *
   * @param root the folder
   * @return sorted by path, the parts compared one by one, so that each class is in one piece
   * @throws SparkDl4jException FILE_NOT_FOUND, FILE_UNREADABLE, DATA_EMPTY, or DATA_LABELS when
   *     pictures lie in the folder itself
   */
  public static List<LabeledFile> find(Path root) {
    if (Files.isRegularFile(root)) {
      throw new SparkDl4jException(
              ErrorCode.DATA_FORMAT, root + " is a file, but must be a folder of class folders")
          .with("path", root.toString());
    }
    List<Path> files = list(root);
    List<Path> loose =
        files.stream().filter(file -> root.equals(file.getParent())).collect(Collectors.toList());
    if (!loose.isEmpty()) {
      throw new SparkDl4jException(
              ErrorCode.DATA_LABELS,
              loose.size()
                  + " of the pictures lie directly in "
                  + root
                  + " (such as "
                  + loose.get(0).getFileName()
                  + "), so that their class is unknown: move them into a subfolder named after it")
          .with("path", root.toString());
    }
    return files.stream()
        .map(file -> new LabeledFile(file, root.relativize(file).getName(0).toString()))
        .collect(Collectors.toList());
  }

  /**
   * All pictures below a folder, or the one file that the path names, whatever its extension.
   *
   * @return sorted by path, the parts compared one by one
   * @throws SparkDl4jException FILE_NOT_FOUND, FILE_UNREADABLE or DATA_EMPTY
   */
  public static List<Path> list(Path root) {
    if (Files.notExists(root)) {
      throw new SparkDl4jException(ErrorCode.FILE_NOT_FOUND, "there is no file or folder " + root)
          .with("path", root.toString());
    }
    if (Files.isRegularFile(root)) return List.of(root);
    List<Path> files = new ArrayList<>();
    try (Stream<Path> found = Files.walk(root, FileVisitOption.FOLLOW_LINKS)) {
      found
          .filter(file -> isPicture(root.relativize(file)) && !Files.isDirectory(file))
          .forEach(files::add);
    } catch (IOException e) {
      throw unreadable(root, e);
    } catch (UncheckedIOException e) {
      throw unreadable(root, e.getCause());
    }
    if (files.isEmpty()) {
      throw new SparkDl4jException(
              ErrorCode.DATA_EMPTY,
              "there are no pictures in "
                  + root
                  + " ("
                  + String.join(", ", new TreeSet<>(EXTENSIONS))
                  + ")")
          .with("path", root.toString());
    }
    files.sort(ImageFolder::compareParts);
    return files;
  }

  /** The names of the classes, sorted. */
  public static List<String> classes(List<LabeledFile> files) {
    return new ArrayList<>(
        files.stream().map(LabeledFile::label).collect(Collectors.toCollection(TreeSet::new)));
  }

  /**
   * Checks that a classifier can be trained.
   *
   * @throws SparkDl4jException DATA_ONE_CLASS for fewer than two classes
   */
  public static void requireTwoClasses(Path root, List<String> classes) {
    if (classes.size() < 2) {
      throw new SparkDl4jException(
              ErrorCode.DATA_ONE_CLASS,
              "a classifier needs at least two classes, but "
                  + root
                  + " has only "
                  + classes
                  + ": give each class a subfolder of its own")
          .with("path", root.toString())
          .with("classes", classes);
    }
  }

  private static boolean isPicture(Path relative) {
    for (Path part : relative) {
      if (part.toString().startsWith(".") || part.toString().equals("__MACOSX")) return false;
    }
    String name = relative.getFileName().toString();
    int dot = name.lastIndexOf('.');
    return dot > 0 && EXTENSIONS.contains(name.substring(dot + 1).toLowerCase(Locale.ROOT));
  }

  /** As if the separator were the lowest of all characters; makes no objects for its many calls. */
  private static int compareParts(Path one, Path other) {
    String left = one.toString();
    String right = other.toString();
    char separator = one.getFileSystem().getSeparator().charAt(0);
    int common = Math.min(left.length(), right.length());
    for (int i = 0; i < common; i++) {
      char l = left.charAt(i);
      char r = right.charAt(i);
      if (l != r) return l == separator ? -1 : r == separator ? 1 : Character.compare(l, r);
    }
    return Integer.compare(left.length(), right.length());
  }

  private static SparkDl4jException unreadable(Path root, IOException cause) {
    return new SparkDl4jException(
            ErrorCode.FILE_UNREADABLE, "the folder " + root + " cannot be read: " + cause, cause)
        .with("path", root.toString());
  }
}
