package org.sparkdl4j.bridge;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.shade.jackson.databind.node.ArrayNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.dataset.BlockPreprocessing;
import org.sparkdl4j.dataset.EncodedPictures;
import org.sparkdl4j.dataset.FileInspection;
import org.sparkdl4j.dataset.ImageLoader;
import org.sparkdl4j.dataset.LabeledImages;
import org.sparkdl4j.dataset.MemoryPictures;
import org.sparkdl4j.dataset.PixelBlock;
import org.sparkdl4j.dataset.PixelCache;
import org.sparkdl4j.dataset.PixelType;
import org.sparkdl4j.dataset.SeriesStep;
import org.sparkdl4j.image.DecodeOptions;
import org.sparkdl4j.image.ImageFolder;
import org.sparkdl4j.image.LabeledFile;
import org.sparkdl4j.preprocessing.Preprocessing;
import org.sparkdl4j.spec.Json;

/** Finds and decodes pictures. */
public final class Images {
  private Images() {}

  /** The pictures below class folders: their paths, and the class of each. */
  public static String[][] findLabelled(String root) {
    List<LabeledFile> files = ImageFolder.find(Path.of(root));
    String[][] pathsAndLabels = new String[2][files.size()];
    for (int i = 0; i < files.size(); i++) {
      pathsAndLabels[0][i] = files.get(i).path().toString();
      pathsAndLabels[1][i] = files.get(i).label();
    }
    return pathsAndLabels;
  }

  /** All pictures below a folder, sorted, or the one file that the path is. */
  public static String[] find(String path) {
    return ImageFolder.list(Path.of(path)).stream().map(Path::toString).toArray(String[]::new);
  }

  /**
   * What files are.
   *
   * @param options as of {@link #read}: whether they can be decoded so; null reads no further than
   *     their structure
   * @return JSON: for each file format, mode, width and height (upright); or, of a damaged one,
   *     path, reason and detail
   */
  public static String inspect(String[] paths, String options) {
    DecodeOptions decodeOptions =
        options == null
            ? null
            : DecodeOptions.fromJson(Json.readObject(options, "the image options"));
    List<Path> files = new ArrayList<>(paths.length);
    for (String path : paths) files.add(Path.of(path));
    ArrayNode list = Json.object().putArray("files");
    for (FileInspection file : FileInspection.of(files, decodeOptions)) list.add(file.toJson());
    return Json.write(list);
  }

  /**
   * Starts decoding files into memory of the caller.
   *
   * @param paths the files
   * @param options size, channels, window and pixel limit, as {@link DecodeOptions#fromJson} reads
   *     them
   * @param maxDamaged largest share of damaged pictures
   * @param address of an array (paths.length, height, width, channels) that outlives the reading,
   *     uint8 or float32 as the options say
   */
  public static Reading read(String[] paths, String options, double maxDamaged, long address) {
    EncodedPictures files = EncodedPictures.ofFiles(files(paths));
    return reading(files, decodeOptions(options), maxDamaged, address);
  }

  private static Reading reading(
      EncodedPictures files, DecodeOptions decodeOptions, double maxDamaged, long address) {
    PixelBlock block =
        PixelBlock.wrap(
            address,
            PixelType.of(decodeOptions),
            files.size(),
            decodeOptions.height(),
            decodeOptions.width(),
            decodeOptions.channels());
    ImageLoader loader = new ImageLoader(decodeOptions, 0);
    return new Reading(loader, progress -> loader.load(files, block, maxDamaged, progress));
  }

  /**
   * Starts decoding pictures from memory into memory of the caller.
   *
   * @param names what the pictures are called in reports
   * @param encoded address of their bytes, one after the other; they outlive the reading
   * @param offsets where each picture begins, and where the last one ends: one more than names
   * @param options as {@link #read} takes them
   * @param maxDamaged largest share of damaged pictures
   * @param address as {@link #read} takes it
   */
  public static Reading readEncoded(
      String[] names,
      long encoded,
      long[] offsets,
      String options,
      double maxDamaged,
      long address) {
    return reading(
        new MemoryPictures(names, encoded, offsets), decodeOptions(options), maxDamaged, address);
  }

  /**
   * Starts to build a cache of decoded pictures, or to check the one that is there.
   *
   * @param place the cache's file; or a folder, in which the cache of this source has a name
   * @param source where the pictures come from
   * @param paths the files
   * @param options as {@link #read} takes them
   * @param maxDamaged largest share of damaged pictures
   */
  public static CacheReading readCached(
      String place, String source, String[] paths, String options, double maxDamaged) {
    ImageLoader loader = new ImageLoader(decodeOptions(options), 0);
    PixelCache cache = new PixelCache(Path.of(place), source, files(paths), loader);
    return new CacheReading(cache, new Reading(loader, p -> cache.load(maxDamaged, p)));
  }

  /**
   * Changes pictures that are decoded already, on all cores.
   *
   * @param steps a JSON list, as {@link Preprocessing#fromJson} reads it
   * @param address of an array with room for all of them, uint8 or float32, of the height, width
   *     and channels that the steps give
   */
  public static void preprocess(String steps, LabeledImages pictures, long address) {
    BlockPreprocessing.apply(preprocessing(steps), pictures, address);
  }

  /**
   * Changes series of pictures.
   *
   * @param step JSON: a step for series
   * @param pictures sorted by series, and in it by their order
   * @param lengths how many pictures each series has
   * @param address of a float32 array with room for all of them
   */
  public static void transformSeries(
      String step, LabeledImages pictures, int[] lengths, long address) {
    SeriesStep.fromJson(Json.readObject(step, "the step")).apply(pictures, lengths, address);
  }

  private static Preprocessing preprocessing(String steps) {
    ObjectNode json = Json.readObject("{\"steps\": " + steps + "}", "the preprocessing");
    return Preprocessing.fromJson(json.get("steps"));
  }

  private static DecodeOptions decodeOptions(String json) {
    return DecodeOptions.fromJson(Json.readObject(json, "the image options"));
  }

  private static List<Path> files(String[] paths) {
    List<Path> files = new ArrayList<>(paths.length);
    for (String path : paths) files.add(Path.of(path));
    return files;
  }
}
