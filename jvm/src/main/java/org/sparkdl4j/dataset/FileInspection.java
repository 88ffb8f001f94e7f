package org.sparkdl4j.dataset;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.image.DamagedImage;
import org.sparkdl4j.image.DamagedImageException;
import org.sparkdl4j.image.DecodeOptions;
import org.sparkdl4j.image.ImageDecoder;
import org.sparkdl4j.image.ImageHeader;
import org.sparkdl4j.spec.Json;

/** What a file is: what its header says, or what is wrong with it. */
public final class FileInspection {
  private final ImageHeader header;
  private final DamagedImage damage;

  private FileInspection(ImageHeader header, DamagedImage damage) {
    this.header = header;
    this.damage = damage;
  }

  /**
   * Looks at files, side by side; no pixels are kept.
   *
   * @param options how they are decoded, to see whether they can be; null reads no further than
   *     their structure
   * @return one for each file, in their order
   */
  public static List<FileInspection> of(List<Path> files, DecodeOptions options) {
    ImageDecoder decoder = options == null ? null : new ImageDecoder(options);
    return files.parallelStream().map(file -> of(file, decoder)).collect(Collectors.toList());
  }

  /**
   * Looks at a file that has been read.
   *
   * @param name under which it is reported
   * @param decoder tries whether it can be decoded; null reads no further than its structure
   */
  public static FileInspection of(String name, ByteBuffer encoded, ImageDecoder decoder) {
    try {
      ImageHeader header = ImageHeader.read(encoded);
      if (decoder != null) {
        decoder.decode(encoded, ByteBuffer.allocate(decoder.options().pictureBytes()));
      }
      return new FileInspection(header, null);
    } catch (DamagedImageException e) {
      return damaged(name, e);
    }
  }

  /**
   * {@code format}, {@code mode}, {@code width} and {@code height} of the upright picture; of a
   * damaged file {@code path}, {@code reason} and {@code detail}.
   */
  public ObjectNode toJson() {
    if (damage != null) return damage.toJson();
    boolean turned = header.orientation().transposes();
    return Json.object()
        .put("format", header.format().name())
        .put("mode", header.mode())
        .put("width", turned ? header.height() : header.width())
        .put("height", turned ? header.width() : header.height());
  }

  private static FileInspection of(Path file, ImageDecoder decoder) {
    try (FileContent content = new FileContent()) {
      return of(file.toString(), content.read(file), decoder);
    } catch (DamagedImageException e) {
      return damaged(file.toString(), e);
    }
  }

  private static FileInspection damaged(String name, DamagedImageException damage) {
    return new FileInspection(null, new DamagedImage(name, damage.reason(), damage.detail()));
  }
}
