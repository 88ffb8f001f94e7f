package org.sparkdl4j.spark;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.UUID;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.StructType;
import org.sparkdl4j.dataset.LabeledImages;
import org.sparkdl4j.dataset.PixelBlock;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.image.DamagedImageException;
import org.sparkdl4j.image.DecodeOptions;
import org.sparkdl4j.image.ImageDecoder;
import org.sparkdl4j.loss.CrossEntropy;
import org.sparkdl4j.model.ImageClassifier;
import org.sparkdl4j.spec.Json;

/** A classifier for DataFrames, streaming ones too: it predicts in the executors. */
public final class ClusterClassifier {
  /** Rows that are decoded and predicted at a time. */
  private static final int BATCH = 128;

  private final String model = UUID.randomUUID().toString();
  private final byte[] file;
  private final String labels;
  private Broadcast<byte[]> broadcast;

  /**
   * The classifier of a model file.
   *
   * @param path a file on this machine
   * @throws SparkDl4jException as {@link ImageClassifier#load}
   */
  public ClusterClassifier(Path path) {
    // What would fail in every executor fails here, once.
    try (ImageClassifier classifier = ImageClassifier.load(path)) {
      labels = Json.write(classifier.metadata().labels());
    }
    try {
      file = Files.readAllBytes(path);
    } catch (IOException e) {
      throw new SparkDl4jException(
              ErrorCode.FILE_UNREADABLE, "cannot read the model file " + path + ": " + e, e)
          .with("path", path.toString());
    }
  }

  /** The names of the classes, in the order of their indices: a JSON array. */
  public String labels() {
    return labels;
  }

  /**
   * Adds predictions. Rows keep their order within a partition.
   *
   * @param features the column of encoded pictures, binary
   * @throws SparkDl4jException DATA_COLUMN
   */
  public Dataset<Row> transform(Dataset<Row> rows, String features, OutputColumns output) {
    if (!(PictureColumns.type(rows, features) instanceof BinaryType)) {
      throw new SparkDl4jException(
              ErrorCode.DATA_COLUMN,
              "featuresCol names the column "
                  + features
                  + ", which must be there and binary (encoded pictures)")
          .with("column", features);
    }
    StructType schema = output.addTo(rows.schema());
    int at = rows.schema().fieldIndex(features);
    boolean[] wanted = output.wanted();
    String name = model;
    Broadcast<byte[]> content = broadcast(rows);
    MapPartitionsFunction<Row, Row> predict =
        partition -> new Predictions(partition, name, content, at, wanted);
    return rows.mapPartitions(predict, Encoders.row(schema));
  }

  private synchronized Broadcast<byte[]> broadcast(Dataset<Row> rows) {
    if (broadcast == null) {
      broadcast =
          JavaSparkContext.fromSparkContext(rows.sparkSession().sparkContext()).broadcast(file);
    }
    return broadcast;
  }

  /** The rows of a partition with their predictions, some at a time. */
  private static final class Predictions implements Iterator<Row> {
    private final Iterator<Row> rows;
    private final String model;
    private final Broadcast<byte[]> content;
    private final int features;
    private final boolean[] wanted;
    private Iterator<Row> done = List.<Row>of().iterator();

    private Predictions(
        Iterator<Row> rows,
        String model,
        Broadcast<byte[]> content,
        int features,
        boolean[] wanted) {
      this.rows = rows;
      this.model = model;
      this.content = content;
      this.features = features;
      this.wanted = wanted;
    }

    @Override
    public boolean hasNext() {
      return done.hasNext() || rows.hasNext();
    }

    @Override
    public Row next() {
      if (!hasNext()) throw new NoSuchElementException();
      if (!done.hasNext()) done = predictSome().iterator();
      return done.next();
    }

    private List<Row> predictSome() {
      List<Row> batch = new ArrayList<>();
      while (rows.hasNext() && batch.size() < BATCH) batch.add(rows.next());
      // Taken for a batch only: a consumer that stops in between keeps none.
      ImageClassifier classifier = ExecutorClassifiers.take(model, content.value());
      try {
        return predict(classifier, batch);
      } finally {
        ExecutorClassifiers.giveBack(model, classifier);
      }
    }

    private List<Row> predict(ImageClassifier classifier, List<Row> batch) {
      DecodeOptions image = classifier.image();
      ImageDecoder decoder = new ImageDecoder(image);
      String[] damage = new String[batch.size()];
      try (PixelBlock block =
          PixelBlock.allocate(batch.size(), image.height(), image.width(), image.channels())) {
        for (int i = 0; i < damage.length; i++) {
          damage[i] = decode(decoder, batch.get(i), block.row(i));
        }
        LabeledImages pictures = new LabeledImages(block, null, null, List.of());
        float[] probabilities = classifier.predict(pictures, BATCH);
        List<String> labels = classifier.labels();
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < damage.length; i++) {
          rows.add(row(batch.get(i), damage[i], probabilities, i, labels));
        }
        return rows;
      }
    }

    /** What is wrong with a picture; null when nothing is. */
    private String decode(ImageDecoder decoder, Row row, ByteBuffer target) {
      try {
        byte[] encoded = row.isNullAt(features) ? new byte[0] : row.getAs(features);
        decoder.decode(encoded, target);
        return null;
      } catch (DamagedImageException e) {
        return e.reason().label() + ": " + e.detail();
      }
    }

    private Row row(
        Row input, String damage, float[] probabilities, int picture, List<String> labels) {
      int classes = labels.size();
      int best = CrossEntropy.argMax(probabilities, picture * classes, classes);
      double[] probability = new double[classes];
      double[] logarithm = new double[classes];
      for (int k = 0; k < classes; k++) {
        probability[k] = probabilities[picture * classes + k];
        logarithm[k] = Math.log(Math.max(probability[k], Float.MIN_VALUE));
      }
      Vector all = Vectors.dense(probability);
      Object[] own = {(double) best, labels.get(best), all, Vectors.dense(logarithm), null};
      if (damage != null) own = new Object[] {null, null, null, null, damage};
      List<Object> values = new ArrayList<>();
      for (int i = 0; i < input.length(); i++) values.add(input.get(i));
      for (int i = 0; i < own.length; i++) {
        if (wanted[i]) values.add(own[i]);
      }
      return RowFactory.create(values.toArray());
    }
  }
}
