package org.sparkdl4j.spark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.types.StructType;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.file.FileStore;
import org.sparkdl4j.file.Sha256;
import org.sparkdl4j.image.DecodeOptions;
import org.sparkdl4j.model.ImageClassifier;
import org.sparkdl4j.spec.Json;

/** A classifier for DataFrames, streaming ones too: it predicts in the executors. */
public final class ClusterClassifier {
  private final String model = UUID.randomUUID().toString();
  private final byte[] file;
  private final String labels;
  private final List<String> names;
  private final DecodeOptions image;
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
      names = classifier.labels();
      image = classifier.image();
    }
    try {
      file = Files.readAllBytes(path);
    } catch (IOException e) {
      throw new SparkDl4jException(
              ErrorCode.FILE_UNREADABLE, "cannot read the model file " + path + ": " + e, e)
          .with("path", path.toString());
    }
  }

  /**
   * The classifier of a model file.
   *
   * @throws SparkDl4jException as {@link ImageClassifier#load}
   */
  public static ClusterClassifier load(FileStore files, String path) {
    return files.read(path, ClusterClassifier::new);
  }

  /**
   * Writes the model file.
   *
   * @throws SparkDl4jException FILE_UNWRITABLE
   */
  public void save(FileStore files, String path) {
    files.write(path, out -> out.write(file));
  }

  /** The names of the classes, in the order of their indices: a JSON array. */
  public String labels() {
    return labels;
  }

  /** How it decodes pictures. */
  public DecodeOptions image() {
    return image;
  }

  /** SHA-256 of the model file, in hexadecimal. */
  String digest() {
    MessageDigest digest = Sha256.digest();
    digest.update(file);
    return Sha256.hex(digest);
  }

  /** The names of the classes as text, in the order of their indices. */
  List<String> names() {
    return names;
  }

  /**
   * Adds predictions. Rows keep their order within a partition.
   *
   * @param features the column of pictures: encoded, binary, or as Spark's image source gives them
   * @throws SparkDl4jException DATA_COLUMN
   */
  public Dataset<Row> transform(Dataset<Row> rows, String features, OutputColumns output) {
    PictureColumns.requirePictures(rows, features);
    StructType schema = output.addTo(rows.schema());
    int at = rows.schema().fieldIndex(features);
    boolean[] wanted = output.wanted();
    String name = model;
    Broadcast<byte[]> content = broadcast(rows.sparkSession());
    MapPartitionsFunction<Row, Row> predict =
        partition -> new Predictions(partition, name, content, at, wanted);
    return rows.mapPartitions(predict, Encoders.row(schema));
  }

  /**
   * A function for SQL, such as {@code session.udf().register("classify", it,
   * DataTypes.StringType)}: the most probable class of what {@link #transform} takes as a picture;
   * null where it cannot be used. Spark calls it with one row at a time, so that {@link #transform}
   * is faster.
   */
  public UDF1<Object, String> predictedClass(SparkSession session) {
    String model = this.model;
    Broadcast<byte[]> content = broadcast(session);
    return cell -> {
      PredictedPictures one = predicted(model, content, cell);
      return one.damage(0) == null ? one.labels().get(one.best(0)) : null;
    };
  }

  /**
   * As {@link #predictedClass}, but the probabilities of all classes by their names, for {@code
   * DataTypes.createMapType(DataTypes.StringType, DataTypes.DoubleType)}.
   */
  public UDF1<Object, Map<String, Double>> probabilities(SparkSession session) {
    String model = this.model;
    Broadcast<byte[]> content = broadcast(session);
    return cell -> {
      PredictedPictures one = predicted(model, content, cell);
      if (one.damage(0) != null) return null;
      Map<String, Double> all = new LinkedHashMap<>();
      for (int k = 0; k < one.labels().size(); k++) {
        all.put(one.labels().get(k), one.probability(0, k));
      }
      return all;
    };
  }

  private static PredictedPictures predicted(String model, Broadcast<byte[]> content, Object cell) {
    return PredictedPictures.of(model, content.value(), Collections.singletonList(cell));
  }

  /** A name that no other model has. */
  String name() {
    return model;
  }

  /** Loads the model on the driver, for one question. */
  <T> T with(Function<ImageClassifier, T> question) {
    ImageClassifier classifier = ExecutorClassifiers.load(file);
    try {
      return question.apply(classifier);
    } finally {
      classifier.close();
    }
  }

  /** The model file for the executors, broadcast once. */
  synchronized Broadcast<byte[]> broadcast(SparkSession session) {
    if (broadcast == null) {
      broadcast = JavaSparkContext.fromSparkContext(session.sparkContext()).broadcast(file);
    }
    return broadcast;
  }

  /** Rows with their predictions. */
  private static final class Predictions extends RowBatches {
    private final String model;
    private final Broadcast<byte[]> content;
    private final boolean[] wanted;

    private Predictions(
        Iterator<Row> rows,
        String model,
        Broadcast<byte[]> content,
        int features,
        boolean[] wanted) {
      super(rows, features);
      this.model = model;
      this.content = content;
      this.wanted = wanted;
    }

    @Override
    List<Row> compute(List<Row> batch, List<Object> cells) {
      PredictedPictures predicted = PredictedPictures.of(model, content.value(), cells);
      List<Row> done = new ArrayList<>();
      for (int i = 0; i < batch.size(); i++) done.add(row(batch.get(i), predicted, i));
      return done;
    }

    private Row row(Row input, PredictedPictures predicted, int picture) {
      int classes = predicted.labels().size();
      int best = predicted.best(picture);
      double[] probability = new double[classes];
      double[] logarithm = new double[classes];
      for (int k = 0; k < classes; k++) {
        probability[k] = predicted.probability(picture, k);
        logarithm[k] = Math.log(Math.max(probability[k], Float.MIN_VALUE));
      }
      String damage = predicted.damage(picture);
      Vector all = Vectors.dense(probability);
      Object[] own = {
        (double) best, predicted.labels().get(best), all, Vectors.dense(logarithm), null
      };
      if (damage != null) own = new Object[] {null, null, null, null, damage};
      List<Object> values = new ArrayList<>();
      for (int i = 0; i < own.length; i++) {
        if (wanted[i]) values.add(own[i]);
      }
      return with(input, values);
    }
  }
}
