package org.sparkdl4j.serving;

import java.nio.ByteBuffer;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.image.DamageReason;
import org.sparkdl4j.image.DamagedImageException;
import org.sparkdl4j.image.DecodeOptions;
import org.sparkdl4j.image.ImageDecoder;
import org.sparkdl4j.model.ImageClassifier;

/** Decodes pictures of strangers as a classifier's pictures are, within the server's own limit. */
public final class PictureDecoder {
  private final ImageDecoder decoder;

  /** A decoder, safe for use by many threads. */
  public PictureDecoder(ImageClassifier classifier, BatchingOptions options) {
    DecodeOptions image = classifier.image();
    int maxPixels = Math.min(image.maxPixels(), options.maxPixels());
    decoder = new ImageDecoder(image.withMaxPixels(maxPixels));
  }

  /**
   * Decodes one picture.
   *
   * @param encoded the whole file
   * @param target where its values go
   * @throws SparkDl4jException REQUEST_TOO_LARGE when it has too many pixels, before any is
   *     decoded; DATA_DAMAGED with the detail {@code reason}
   */
  public void decode(byte[] encoded, ByteBuffer target) {
    try {
      decoder.decode(encoded, target);
    } catch (DamagedImageException e) {
      boolean isLarge = e.reason() == DamageReason.TOO_MANY_PIXELS;
      throw new SparkDl4jException(
              isLarge ? ErrorCode.REQUEST_TOO_LARGE : ErrorCode.DATA_DAMAGED,
              "the picture cannot be used: " + e.detail(),
              e)
          .with("reason", e.reason().label());
    }
  }
}
