package org.sparkdl4j.spark;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.SparkSession;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.dataset.PixelType;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;

/** The pictures of a search, on their way from the driver's machine to all executors. */
public final class SearchPictures implements AutoCloseable {
  /** Bytes that are broadcast at a time. */
  private static final long CHUNK = 32 << 20;

  private final JavaSparkContext context;
  private final SharedPictures shared;
  private final Broadcast<SharedPictures> broadcast;

  private SearchPictures(JavaSparkContext context, SharedPictures shared) {
    this.context = context;
    this.shared = shared;
    broadcast = context.broadcast(shared);
  }

  /**
   * Broadcasts.
   *
   * @param description {@code file} of the pixels, {@code offset} of the first one in it, {@code
   *     rows} (the pictures of the file that count, in their order), {@code type}, {@code shape}
   *     (height, width, channels), {@code labels} and {@code weights} (one a picture; null for
   *     none), {@code classes} (names), {@code parts}: objects with the positions of the pictures
   *     {@code training} and {@code validation} (null for none)
   * @throws SparkDl4jException FILE_UNREADABLE
   */
  public static SearchPictures of(SparkSession session, ObjectNode description) {
    JavaSparkContext context = JavaSparkContext.fromSparkContext(session.sparkContext());
    PixelType type = PixelType.valueOf(description.get("type").asText());
    int[] shape = integers(description.get("shape"));
    int rowBytes = Math.multiplyExact(shape[0] * shape[1] * shape[2], type.bytes());
    List<String> classes = new ArrayList<>();
    description.get("classes").forEach(name -> classes.add(name.asText()));
    List<int[][]> parts = new ArrayList<>();
    for (JsonNode part : description.get("parts")) {
      parts.add(new int[][] {integers(part.get("training")), integers(part.get("validation"))});
    }
    return new SearchPictures(
        context,
        new SharedPictures(
            UUID.randomUUID().toString(),
            type,
            shape,
            chunks(context, description, rowBytes),
            integers(description.get("labels")),
            floats(description.get("weights")),
            classes,
            parts));
  }

  private static List<Broadcast<byte[]>> chunks(
      JavaSparkContext context, ObjectNode description, int rowBytes) {
    String file = description.get("file").asText();
    long offset = description.get("offset").longValue();
    int[] rows = integers(description.get("rows"));
    int together = (int) Math.max(1, CHUNK / rowBytes);
    List<Broadcast<byte[]>> chunks = new ArrayList<>();
    try (RandomAccessFile pixels = new RandomAccessFile(file, "r")) {
      for (int first = 0; first < rows.length; first += together) {
        int count = Math.min(together, rows.length - first);
        byte[] chunk = new byte[Math.multiplyExact(count, rowBytes)];
        for (int i = 0; i < count; i++) {
          pixels.seek(offset + (long) rows[first + i] * rowBytes);
          pixels.readFully(chunk, i * rowBytes, rowBytes);
        }
        chunks.add(context.broadcast(chunk));
      }
      return chunks;
    } catch (IOException e) {
      chunks.forEach(Broadcast::destroy);
      throw new SparkDl4jException(
              ErrorCode.FILE_UNREADABLE,
              "the pictures in " + file + " cannot be read: " + e.getMessage(),
              e)
          .with("path", file);
    }
  }

  JavaSparkContext context() {
    return context;
  }

  Broadcast<SharedPictures> broadcast() {
    return broadcast;
  }

  /** Takes the pictures away from driver and executors, whose tasks have ended. */
  @Override
  public void close() {
    broadcast.destroy();
    shared.destroy();
    // Where driver and executor are one process; others find out by themselves.
    ExecutorPictures.close(shared.name());
  }

  private static int[] integers(JsonNode list) {
    if (list == null || list.isNull()) return null;
    int[] values = new int[list.size()];
    for (int i = 0; i < values.length; i++) values[i] = list.get(i).intValue();
    return values;
  }

  private static float[] floats(JsonNode list) {
    if (list == null || list.isNull()) return null;
    float[] values = new float[list.size()];
    for (int i = 0; i < values.length; i++) values[i] = list.get(i).floatValue();
    return values;
  }
}
