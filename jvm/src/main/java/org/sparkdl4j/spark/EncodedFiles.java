package org.sparkdl4j.spark;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Picture files that are known by their paths, read by the executors. Spark's own binaryFile would
 * list them anew, one by one, and take brackets in names for patterns.
 */
final class EncodedFiles {
  private static final StructType SCHEMA =
      new StructType()
          .add(PictureTable.PATH, DataTypes.StringType)
          .add(PictureTable.IMAGE, DataTypes.BinaryType);

  /** Partitions for each task that runs at a time. */
  private static final int WAVES = 4;

  private EncodedFiles() {}

  /** Path and content, as {@link PictureTable#readUnlabelled} gives them. */
  static Dataset<Row> read(SparkSession session, List<String> paths) {
    JavaSparkContext context = JavaSparkContext.fromSparkContext(session.sparkContext());
    Broadcast<byte[]> settings = context.broadcast(written(context.hadoopConfiguration()));
    int partitions = Math.max(1, Math.min(paths.size(), WAVES * context.defaultParallelism()));
    MapPartitionsFunction<String, Row> read =
        part -> {
          Configuration configuration = configuration(settings.value());
          return new Iterator<Row>() {
            @Override
            public boolean hasNext() {
              return part.hasNext();
            }

            @Override
            public Row next() {
              return row(part.next(), configuration);
            }
          };
        };
    return session
        .createDataset(paths, Encoders.STRING())
        .repartition(partitions)
        .mapPartitions(read, Encoders.row(SCHEMA));
  }

  private static Row row(String path, Configuration configuration) {
    Path file = new Path(path);
    try (InputStream in = file.getFileSystem(configuration).open(file)) {
      return RowFactory.create(path, in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] written(Configuration configuration) {
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      configuration.write(new DataOutputStream(bytes));
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Configuration configuration(byte[] written) throws IOException {
    Configuration configuration = new Configuration(false);
    configuration.readFields(new DataInputStream(new ByteArrayInputStream(written)));
    return configuration;
  }
}
