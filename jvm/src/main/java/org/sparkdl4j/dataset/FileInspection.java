package org.sparkdl4j.dataset;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.sparkdl4j.image.DamagedImage;
import org.sparkdl4j.image.DamagedImageException;
import org.sparkdl4j.image.DecodeOptions;
import org.sparkdl4j.image.ImageDecoder;
import org.sparkdl4j.image.ImageHeader;

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

  /** Null of a damaged file. */
  public ImageHeader header() {
    return header;
  }

  /** Null of a sound file. */
  public DamagedImage damage() {
    return damage;
  }

  private static FileInspection of(Path file, ImageDecoder decoder) {
    try {
      byte[] encoded = ImageLoader.read(file);
      ImageHeader header = ImageHeader.read(encoded);
      if (decoder != null) {
        decoder.decode(encoded, ByteBuffer.allocate(decoder.options().pictureBytes()));
      }
      return new FileInspection(header, null);
    } catch (DamagedImageException e) {
      return new FileInspection(null, new DamagedImage(file.toString(), e.reason(), e.detail()));
    }
  }
}
