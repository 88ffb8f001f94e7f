package org.sparkdl4j.spark;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.storage.StorageLevel;
import org.nd4j.shade.jackson.databind.node.ArrayNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.dataset.DamagedShare;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.image.DamagedImage;
import org.sparkdl4j.image.DamagedImageException;
import org.sparkdl4j.image.DecodeOptions;
import org.sparkdl4j.image.ImageDecoder;
import org.sparkdl4j.spec.Json;

/**
 * Labelled pictures of a DataFrame that the executors decode, and that come to the driver's machine
 * as one file of pixels: for what needs all pictures in one place, such as the trials of a search.
 */
public final class CollectedPictures {
  private static final String GROUP = "group";

  /** A row after decoding. */
  private static final class Decoded implements Serializable {
    private static final long serialVersionUID = 1;

    private final String path;
    private final String className;
    private final String group;

    /** Null of a damaged picture. */
    private final byte[] pixels;

    private final DamagedImage damage;

    private Decoded(Row row, byte[] pixels, DamagedImage damage) {
      path = row.getString(PictureTable.PATH_AT);
      className = row.getString(PictureTable.CLASS_AT);
      group =
          row.length() > PictureTable.FURTHER_AT ? row.getString(PictureTable.FURTHER_AT) : null;
      this.pixels = pixels;
      this.damage = damage;
    }
  }

  private CollectedPictures() {}

  /**
   * Decodes and collects.
   *
   * @param rows as {@link PictureTable} gives them: path, class, image and, where groups are known,
   *     group
   * @param file receives the pixels of the good ones, one after the other, as {@link
   *     DecodeOptions#isFloat} says
   * @param maxDamaged largest share of damaged pictures, 0 to 1
   * @return {@code paths}, {@code classes} and {@code groups} (null where none is known) of the
   *     good ones, in the order of the file; {@code damaged}: a list of path, reason, detail
   * @throws SparkDl4jException DATA_COLUMN, DATA_LABELS, DATA_EMPTY, DATA_DAMAGED, FILE_UNWRITABLE
   */
  public static ObjectNode collect(
      Dataset<Row> rows, DecodeOptions image, Path file, double maxDamaged) {
    JavaSparkContext context =
        JavaSparkContext.fromSparkContext(rows.sparkSession().sparkContext());
    return new CancellableJobs(context).run(() -> write(rows, image, file, maxDamaged));
  }

  private static ObjectNode write(
      Dataset<Row> rows, DecodeOptions image, Path file, double maxDamaged) {
    String options = Json.write(image.toJson());
    List<String> further = PictureColumns.type(rows, GROUP) == null ? List.of() : List.of(GROUP);
    Dataset<Row> selected = PictureTable.texts(rows, further);
    JavaRDD<Decoded> decoded = selected.javaRDD().mapPartitions(part -> decode(part, options));
    decoded.persist(StorageLevel.MEMORY_AND_DISK_SER());
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 20)) {
      // All partitions side by side, and not one after the other as they are asked for.
      decoded.count();
      ObjectNode found = Json.object();
      ArrayNode paths = found.putArray("paths");
      ArrayNode classes = found.putArray("classes");
      ArrayNode groups = found.putArray("groups");
      List<DamagedImage> damaged = new ArrayList<>();
      for (Iterator<Decoded> all = decoded.toLocalIterator(); all.hasNext(); ) {
        Decoded picture = all.next();
        if (picture.damage != null) {
          damaged.add(picture.damage);
          continue;
        }
        if (picture.className == null) {
          throw new SparkDl4jException(
              ErrorCode.DATA_LABELS, "the class of " + picture.path + " is null: remove such rows");
        }
        out.write(picture.pixels);
        paths.add(picture.path);
        classes.add(picture.className);
        groups.add(picture.group);
      }
      if (paths.size() + damaged.size() == 0) {
        throw new SparkDl4jException(
            ErrorCode.DATA_EMPTY, "there are no pictures: the DataFrame is empty");
      }
      DamagedShare.check(damaged, paths.size() + damaged.size(), maxDamaged);
      ArrayNode list = found.putArray("damaged");
      for (DamagedImage picture : damaged) list.add(picture.toJson());
      return found;
    } catch (IOException e) {
      throw new SparkDl4jException(
              ErrorCode.FILE_UNWRITABLE, "cannot write " + file + ": " + e.getMessage(), e)
          .with("path", file.toString());
    } finally {
      decoded.unpersist(false);
    }
  }

  private static Iterator<Decoded> decode(Iterator<Row> rows, String options) {
    DecodeOptions image = DecodeOptions.fromJson(Json.readObject(options, "the image options"));
    ImageDecoder decoder = new ImageDecoder(image);
    int bytes = image.pictureBytes();
    return new Iterator<Decoded>() {
      @Override
      public boolean hasNext() {
        return rows.hasNext();
      }

      @Override
      public Decoded next() {
        Row row = rows.next();
        return ExecutorMemory.with(() -> decode(row, decoder, new byte[bytes]));
      }
    };
  }

  private static Decoded decode(Row row, ImageDecoder decoder, byte[] pixels) {
    try {
      PictureCell.decode(row.get(PictureTable.IMAGE_AT), decoder, ByteBuffer.wrap(pixels));
      return new Decoded(row, pixels, null);
    } catch (DamagedImageException e) {
      DamagedImage damage =
          new DamagedImage(row.getString(PictureTable.PATH_AT), e.reason(), e.detail());
      return new Decoded(row, null, damage);
    }
  }
}
