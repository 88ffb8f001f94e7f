package org.sparkdl4j.spark;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.image.DecodeOptions;
import org.sparkdl4j.image.ImageDecoder;
import org.sparkdl4j.spec.Json;

/** What the labelled pictures of a DataFrame are, as the executors find them; none is moved. */
public final class InspectedPictures {
  private InspectedPictures() {}

  /**
   * Looks at all pictures.
   *
   * @param rows as {@link PictureTable} gives them
   * @param image how they are decoded, to see whether they can be
   * @return for each picture, in no order, JSON: {@code path}, {@code class}, {@code columns} (the
   *     texts of all others by name), {@code file} (as {@link PictureCell#inspect})
   * @throws org.sparkdl4j.error.SparkDl4jException DATA_COLUMN, SPARK_JOB
   */
  public static List<String> of(Dataset<Row> rows, DecodeOptions image) {
    List<String> further = new ArrayList<>(List.of(rows.columns()));
    further.removeAll(
        List.of(PictureTable.IMAGE, PictureTable.PATH, PictureTable.CLASS, PictureTable.LABEL));
    Dataset<Row> selected = PictureTable.texts(rows, further);
    String options = Json.write(image.toJson());
    JavaSparkContext context =
        JavaSparkContext.fromSparkContext(rows.sparkSession().sparkContext());
    return new CancellableJobs(context)
        .run(
            () ->
                selected
                    .javaRDD()
                    .mapPartitions(part -> inspect(part, further, options))
                    .collect());
  }

  private static Iterator<String> inspect(Iterator<Row> rows, List<String> further, String image) {
    ImageDecoder decoder =
        new ImageDecoder(DecodeOptions.fromJson(Json.readObject(image, "the image options")));
    return new Iterator<String>() {
      @Override
      public boolean hasNext() {
        return rows.hasNext();
      }

      @Override
      public String next() {
        Row row = rows.next();
        return ExecutorMemory.with(() -> inspect(row, further, decoder));
      }
    };
  }

  private static String inspect(Row row, List<String> further, ImageDecoder decoder) {
    String path = row.getString(PictureTable.PATH_AT);
    ObjectNode found =
        Json.object().put("path", path).put("class", row.getString(PictureTable.CLASS_AT));
    ObjectNode columns = found.putObject("columns");
    for (int i = 0; i < further.size(); i++) {
      columns.put(further.get(i), row.getString(PictureTable.FURTHER_AT + i));
    }
    found.set("file", PictureCell.inspect(row.get(PictureTable.IMAGE_AT), path, decoder));
    return Json.write(found);
  }
}
