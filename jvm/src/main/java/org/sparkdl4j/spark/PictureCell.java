package org.sparkdl4j.spark;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.apache.spark.ml.image.ImageSchema;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.IntegerType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructType;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.dataset.FileInspection;
import org.sparkdl4j.dataset.PixelBlock;
import org.sparkdl4j.dataset.PixelType;
import org.sparkdl4j.image.DamageReason;
import org.sparkdl4j.image.DamagedImage;
import org.sparkdl4j.image.DamagedImageException;
import org.sparkdl4j.image.ImageDecoder;
import org.sparkdl4j.spec.Json;

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

  /** OpenCV's modes with 1, 2, 3, 4 channels are 0, 8, 16, 24 of 8 bits; of float32 5 more. */
  private static final int MODES = 8;

  private static final int BYTES = 0;
  private static final int FLOATS = 5;

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
    int depth = mode % MODES;
    if (mode < 0 || depth != BYTES && depth != FLOATS || channels != number(struct, CHANNELS)) {
      throw new DamagedImageException(
          DamageReason.UNSUPPORTED,
          "OpenCV's mode "
              + mode
              + " with "
              + number(struct, CHANNELS)
              + " channels is not supported, but 0 with 1, 16 with 3 and 24 with 4, and of float32"
              + " 5 with 1 and 21 with 3");
    }
    byte[] pixels = encoded(struct.getAs(DATA));
    decoder.scale(
        pixels, number(struct, HEIGHT), number(struct, WIDTH), channels, depth == FLOATS, target);
  }

  /**
   * What a picture is, as {@link FileInspection#toJson} says it of files.
   *
   * @param name under which a damaged one is reported
   */
  static ObjectNode inspect(Object cell, String name, ImageDecoder decoder) {
    if (!(cell instanceof Row)) {
      return FileInspection.of(name, ByteBuffer.wrap(encoded(cell)), decoder).toJson();
    }
    try {
      decode(cell, decoder, ByteBuffer.allocate(decoder.options().pictureBytes()));
    } catch (DamagedImageException e) {
      return new DamagedImage(name, e.reason(), e.detail()).toJson();
    }
    Row struct = (Row) cell;
    int channels = number(struct, CHANNELS);
    return Json.object()
        .put("format", "struct")
        .put("mode", channels == 1 ? "grey" : channels == 3 ? "RGB" : "RGBA")
        .put("width", number(struct, WIDTH))
        .put("height", number(struct, HEIGHT));
  }

  /** The type of a column that {@link #struct} fills: that of Spark's data source "image". */
  static DataType structType() {
    return ImageSchema.columnSchema();
  }

  /**
   * A picture as Spark's data source "image" has it.
   *
   * @param origin of the picture; null where it is unknown
   * @param block in which its channels are red, green, blue or grey
   */
  static Row struct(String origin, PixelBlock block, int row) {
    boolean isFloat = block.type() == PixelType.FLOAT32;
    int channels = block.channels();
    int bytes = isFloat ? Float.BYTES : 1;
    ByteBuffer pixels = block.row(row);
    byte[] data = new byte[Math.toIntExact(block.rowBytes())];
    for (int value = 0; value < block.rowLength(); value++) {
      // Blue comes first.
      int turned = value - value % channels + channels - 1 - value % channels;
      pixels.get(data, turned * bytes, bytes);
    }
    return RowFactory.create(
        origin,
        block.height(),
        block.width(),
        channels,
        (channels - 1) * MODES + (isFloat ? FLOATS : BYTES),
        data);
  }

  private static byte[] encoded(Object bytes) {
    return bytes == null ? new byte[0] : (byte[]) bytes;
  }

  private static int number(Row struct, String field) {
    Integer value = struct.getAs(field);
    return value == null ? UNDEFINED : value;
  }
}
