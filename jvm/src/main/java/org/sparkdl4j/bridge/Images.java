package org.sparkdl4j.bridge;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.shade.jackson.databind.node.ArrayNode;
import org.sparkdl4j.dataset.FileInspection;
import org.sparkdl4j.dataset.ImageLoader;
import org.sparkdl4j.dataset.PixelBlock;
import org.sparkdl4j.dataset.PixelCache;
import org.sparkdl4j.dataset.PixelType;
import org.sparkdl4j.image.DecodeOptions;
import org.sparkdl4j.image.ImageFolder;
import org.sparkdl4j.image.ImageHeader;
import org.sparkdl4j.image.LabeledFile;
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
    for (FileInspection file : FileInspection.of(files, decodeOptions)) {
      if (file.damage() != null) {
        list.addObject()
            .put("path", file.damage().path())
            .put("reason", file.damage().reason().label())
            .put("detail", file.damage().detail());
        continue;
      }
      ImageHeader header = file.header();
      boolean turned = header.orientation().transposes();
      list.addObject()
          .put("format", header.format().name())
          .put("mode", header.mode())
          .put("width", turned ? header.height() : header.width())
          .put("height", turned ? header.width() : header.height());
    }
    return Json.write(list);
  }

  /**
   * Starts decoding files into memory of the caller.
   *
   * @param paths the files
   * @param options size, channels, window and pixel limit, as {@link DecodeOptions#fromJson} reads
   *     them
   * @param maxDamaged largest share of damaged pictures
   * @param address of a uint8 array (paths.length, height, width, channels) that outlives the
   *     reading
   */
  public static Reading read(String[] paths, String options, double maxDamaged, long address) {
    DecodeOptions decodeOptions = decodeOptions(options);
    List<Path> files = files(paths);
    PixelBlock block =
        PixelBlock.wrap(
            address,
            PixelType.UINT8,
            paths.length,
            decodeOptions.height(),
            decodeOptions.width(),
            decodeOptions.channels());
    ImageLoader loader = new ImageLoader(decodeOptions, 0);
    return new Reading(loader, progress -> loader.load(files, block, maxDamaged, progress));
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

  private static DecodeOptions decodeOptions(String json) {
    return DecodeOptions.fromJson(Json.readObject(json, "the image options"));
  }

  private static List<Path> files(String[] paths) {
    List<Path> files = new ArrayList<>(paths.length);
    for (String path : paths) files.add(Path.of(path));
    return files;
  }
}
