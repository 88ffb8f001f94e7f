package org.sparkdl4j.spark;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.IntegerType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructType;
import org.sparkdl4j.image.DamageReason;
import org.sparkdl4j.image.DamagedImageException;
import org.sparkdl4j.image.ImageDecoder;

/**
 * A picture as it stands in a DataFrame: the bytes of a file, or the struct of Spark's data source
 * "image", which is decoded already and holds rows of grey, BGR or BGRA bytes as OpenCV does.
 */
final class PictureCell {
  /** What a column of pictures must be, in words. */
  static final String WANTED = "binary (encoded pictures) or Spark's image struct";

  /** The field of the struct that names the picture's file. */
  static final String ORIGIN = "origin";

  private static final String HEIGHT = "height";
  private static final String WIDTH = "width";
  private static final String CHANNELS = "nChannels";
  private static final String MODE = "mode";
  private static final String DATA = "data";

  /** Spark's mode of what it could not decode. */
  private static final int UNDEFINED = -1;

  /** OpenCV's modes of 8 bits with 1, 2, 3, 4 channels are 0, 8, 16, 24. */
  private static final int MODES = 8;

  private PictureCell() {}

  /** Whether a column of that type holds pictures. */
  static boolean isPicture(DataType type) {
    return type instanceof BinaryType || isStruct(type);
  }

  /** Whether a column of that type holds pictures as Spark's image source gives them. */
  static boolean isStruct(DataType type) {
    if (!(type instanceof StructType)) return false;
    StructType struct = (StructType) type;
    for (String name : new String[] {HEIGHT, WIDTH, CHANNELS, MODE}) {
      if (!(typeOf(struct, name) instanceof IntegerType)) return false;
    }
    return typeOf(struct, DATA) instanceof BinaryType;
  }

  /** Whether a column of that type names the files of its pictures. */
  static boolean hasOrigin(DataType type) {
    return isStruct(type) && typeOf((StructType) type, ORIGIN) instanceof StringType;
  }

  /** The type of a field; null when there is none of that name. */
  static DataType typeOf(StructType struct, String field) {
    return Arrays.asList(struct.fieldNames()).contains(field)
        ? struct.apply(field).dataType()
        : null;
  }

  /** The bytes that make the picture the one that it is; none of null. */
  static byte[] content(Object cell) {
    if (!(cell instanceof Row)) return encoded(cell);
    Row struct = (Row) cell;
    byte[] pixels = encoded(struct.getAs(DATA));
    return ByteBuffer.allocate(3 * Integer.BYTES + pixels.length)
        .putInt(number(struct, HEIGHT))
        .putInt(number(struct, WIDTH))
        .putInt(number(struct, MODE))
        .put(pixels)
        .array();
  }

  /**
   * Decodes and scales, as {@link ImageDecoder#decode}.
   *
   * @throws DamagedImageException when the picture cannot be used, null among others
   */
  static void decode(Object cell, ImageDecoder decoder, ByteBuffer target)
      throws DamagedImageException {
    if (!(cell instanceof Row)) {
      decoder.decode(encoded(cell), target);
      return;
    }
    Row struct = (Row) cell;
    int mode = number(struct, MODE);
    if (mode == UNDEFINED) {
      throw new DamagedImageException(
          DamageReason.NOT_A_PICTURE, "Spark's image source could not decode it");
    }
    int channels = mode / MODES + 1;
    if (mode < 0 || mode % MODES != 0 || channels != number(struct, CHANNELS)) {
      throw new DamagedImageException(
          DamageReason.UNSUPPORTED,
          "OpenCV's mode "
              + mode
              + " with "
              + number(struct, CHANNELS)
              + " channels is not supported, but 0 with 1, 16 with 3 and 24 with 4");
    }
    byte[] pixels = encoded(struct.getAs(DATA));
    decoder.scale(pixels, number(struct, HEIGHT), number(struct, WIDTH), channels, target);
  }

  private static byte[] encoded(Object bytes) {
    return bytes == null ? new byte[0] : (byte[]) bytes;
  }

  private static int number(Row struct, String field) {
    Integer value = struct.getAs(field);
    return value == null ? UNDEFINED : value;
  }
}
