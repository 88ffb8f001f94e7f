package org.sparkdl4j.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.sparkdl4j.dataset.ImageLoader;
import org.sparkdl4j.dataset.LabeledImages;
import org.sparkdl4j.dataset.LoadedImages;
import org.sparkdl4j.dataset.PixelBlock;
import org.sparkdl4j.dataset.PixelCache;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.image.DamagedImage;
import org.sparkdl4j.image.DecodeOptions;
import org.sparkdl4j.image.ImageFolder;
import org.sparkdl4j.image.LabeledFile;
import org.sparkdl4j.image.NamePattern;

/** Reads class folders, and says on the way what was damaged. */
final class PictureFolder {
  private final DecodeOptions image;
  private final double maxDamaged;
  private final NamePattern namePattern;
  private final Path cache;
  private final PrintStream err;

  /**
   * A reader.
   *
   * @param namePattern null takes the class from the subfolder
   * @param cache folder of files with decoded pictures, which is made where it is missing; null
   *     holds the pictures in memory
   */
  PictureFolder(
      DecodeOptions image,
      double maxDamaged,
      NamePattern namePattern,
      Path cache,
      PrintStream err) {
    this.image = image;
    this.maxDamaged = maxDamaged;
    this.namePattern = namePattern;
    this.cache = cache;
    this.err = err;
  }

  /**
   * Reads a folder with one subfolder a class.
   *
   * @param classes the classes that labels index; null takes those of the folder
   */
  LabeledImages read(Path root, List<String> classes) {
    List<LabeledFile> files = namePattern == null ? ImageFolder.find(root) : named(root);
    List<String> found = ImageFolder.classes(files);
    if (classes == null) {
      ImageFolder.requireTwoClasses(root, found);
    } else {
      for (String name : found) {
        if (!classes.contains(name)) {
          throw new SparkDl4jException(
              ErrorCode.DATA_LABELS,
              root
                  + " has the class "
                  + name
                  + ", which the training data do not have: "
                  + classes);
        }
      }
    }
    List<Path> paths = files.stream().map(LabeledFile::path).collect(Collectors.toList());
    List<String> known = classes == null ? found : classes;
    ImageLoader loader = new ImageLoader(image, 0);
    if (cache != null) return cached(root, paths, loader, files, known);
    PixelBlock block = PixelBlock.allocate(image, paths.size());
    LoadedImages loaded = loader.load(paths, block, maxDamaged, null).orElseThrow();
    tell(loaded);
    return LabeledImages.of(block, loaded, files, known);
  }

  private LabeledImages cached(
      Path root,
      List<Path> paths,
      ImageLoader loader,
      List<LabeledFile> files,
      List<String> classes) {
    try {
      Files.createDirectories(cache);
    } catch (IOException e) {
      throw new SparkDl4jException(
          ErrorCode.FILE_UNWRITABLE, "the folder " + cache + " cannot be made: " + e, e);
    }
    PixelCache pixels = new PixelCache(cache, root.toAbsolutePath().toString(), paths, loader);
    LoadedImages loaded = pixels.load(maxDamaged, null).orElseThrow();
    tell(loaded);
    return LabeledImages.ofEveryFile(pixels.open(), loaded, files, classes);
  }

  private void tell(LoadedImages loaded) {
    for (DamagedImage damaged : loaded.damaged()) err.println("damaged: " + damaged);
  }

  private List<LabeledFile> named(Path root) {
    List<LabeledFile> files = new ArrayList<>();
    for (Path path : ImageFolder.list(root)) {
      Path relative = root.relativize(path);
      String folder = relative.getNameCount() > 1 ? relative.getName(0).toString() : null;
      String label = namePattern.label(relative.toString(), folder);
      if (label == null) throw namePattern.noLabel(path.toString());
      files.add(new LabeledFile(path, label));
    }
    return files;
  }
}
