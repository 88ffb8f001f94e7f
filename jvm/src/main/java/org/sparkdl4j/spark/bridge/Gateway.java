package org.sparkdl4j.spark.bridge;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.node.ArrayNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.evaluation.ConfusionMatrix;
import org.sparkdl4j.image.DamagedImage;
import org.sparkdl4j.image.DecodeOptions;
import org.sparkdl4j.image.NamePattern;
import org.sparkdl4j.model.ClassifierTraining;
import org.sparkdl4j.model.ImageClassifier;
import org.sparkdl4j.network.NetworkSpec;
import org.sparkdl4j.spark.ClusterClassifier;
import org.sparkdl4j.spark.ClusterEvaluation;
import org.sparkdl4j.spark.ClusterFeaturizer;
import org.sparkdl4j.spark.ClusterPictures;
import org.sparkdl4j.spark.ClusterTrial;
import org.sparkdl4j.spark.CollectedPictures;
import org.sparkdl4j.spark.ContentSplit;
import org.sparkdl4j.spark.DealingOptions;
import org.sparkdl4j.spark.HadoopFiles;
import org.sparkdl4j.spark.InspectedPictures;
import org.sparkdl4j.spark.LabelTable;
import org.sparkdl4j.spark.NamedFiles;
import org.sparkdl4j.spark.OutputColumns;
import org.sparkdl4j.spark.ParameterAveraging;
import org.sparkdl4j.spark.PictureColumns;
import org.sparkdl4j.spark.PictureDealing;
import org.sparkdl4j.spark.PictureTable;
import org.sparkdl4j.spark.PredictionParts;
import org.sparkdl4j.spark.PredictionTable;
import org.sparkdl4j.spark.PreprocessedPictures;
import org.sparkdl4j.spark.SearchPictures;
import org.sparkdl4j.spark.ValidationRows;
import org.sparkdl4j.spec.Json;

/** Static methods with texts and Spark's own objects, as Py4J likes them. */
public final class Gateway {
  private Gateway() {}

  /** {@link PictureTable#read}; a null pattern takes the class from the folder. */
  public static Dataset<Row> read(
      SparkSession session, String source, String format, String namePattern, String unmatched) {
    return PictureTable.read(
        session,
        source,
        format,
        namePattern == null ? null : new NamePattern(namePattern, unmatched));
  }

  /** {@link PictureTable#of}. */
  public static Dataset<Row> table(Dataset<Row> rows) {
    return PictureTable.of(rows);
  }

  /** {@link LabelTable#read} and its pictures. */
  public static Dataset<Row> readLabelled(
      SparkSession session, String table, String root, String path, String label, String group) {
    return LabelTable.read(session, table, path, label, group).pictures(session, root);
  }

  /** {@link LabelTable#of} and its pictures. */
  public static Dataset<Row> labelled(
      SparkSession session,
      Dataset<Row> table,
      String root,
      String path,
      String label,
      String group) {
    return LabelTable.of(table, "the table", path, label, group).pictures(session, root);
  }

  /** {@link PictureTable#readUnlabelled}. */
  public static Dataset<Row> readUnlabelled(SparkSession session, List<String> paths) {
    return PictureTable.readUnlabelled(session, paths);
  }

  /**
   * {@link PreprocessedPictures#of}.
   *
   * @param request JSON: {@code image} (how pictures are decoded), {@code steps}, {@code order} and
   *     {@code group} (null for none)
   */
  public static Dataset<Row> preprocessed(Dataset<Row> rows, String request) {
    ObjectNode json = Json.readObject(request, "the request");
    return PreprocessedPictures.of(
        rows,
        DecodeOptions.fromJson((ObjectNode) json.get("image")),
        (ArrayNode) json.get("steps"),
        text(json, "order"),
        text(json, "group"));
  }

  /** {@link ContentSplit#of}. */
  public static ContentSplit split(
      Dataset<Row> rows, String features, String label, double fraction, long seed) {
    return ContentSplit.of(rows, features, label, fraction, seed);
  }

  /** {@link ValidationRows#of}. */
  public static Dataset<Row> withValidation(Dataset<Row> train, Dataset<Row> validation) {
    return ValidationRows.of(train, validation);
  }

  /** The name of the column that {@link #withValidation} adds. */
  public static String validationIndicator() {
    return ValidationRows.INDICATOR;
  }

  /**
   * Starts to decode pictures and to deal them out.
   *
   * @param request JSON: {@code features_col}, {@code label_col}, {@code weight_col} and {@code
   *     validation_indicator_col} (null for none), {@code image} (how pictures are decoded), {@code
   *     num_workers}, {@code seed}, {@code validation_fraction}, {@code max_damaged}
   */
  public static PictureDealing deal(Dataset<Row> rows, String request) {
    ObjectNode json = Json.readObject(request, "the request");
    return PictureDealing.start(
        rows,
        new DealingOptions(
            new PictureColumns(
                text(json, "features_col"),
                text(json, "label_col"),
                text(json, "weight_col"),
                text(json, "validation_indicator_col")),
            DecodeOptions.fromJson((ObjectNode) json.get("image")),
            json.get("num_workers").asInt(),
            json.get("seed").asLong(),
            json.get("validation_fraction").asDouble(),
            json.get("max_damaged").asDouble()));
  }

  /** What was left out: JSON, a list of path, reason, detail. */
  public static String damaged(ClusterPictures pictures) {
    return Json.write(json(pictures.damaged()));
  }

  /** The classes of pictures in the order of their indices: JSON, a list of one JSON type. */
  public static String classes(ClusterPictures pictures) {
    return Json.write(pictures.classes());
  }

  /**
   * Starts to train.
   *
   * @param request JSON: {@code network}, {@code network_options}, {@code training_options}, {@code
   *     observations} and what {@link ClassifierTraining#decideBy} takes, as on one machine, with
   *     paths of Hadoop's file systems; {@code pretrained}, a model file to begin with as {@link
   *     NamedFiles} find it, or null; {@code trained}, likewise, to go on from for {@code
   *     further_epochs}, or null
   */
  public static ClassifierTraining train(
      SparkSession session, ClusterPictures pictures, String request) {
    ObjectNode json = Json.readObject(request, "the request");
    ClassifierTraining training = training(session, pictures, json);
    training.decideBy(new HadoopFiles(session), json);
    training.observe(json);
    training.start();
    return training;
  }

  private static ClassifierTraining training(
      SparkSession session, ClusterPictures pictures, ObjectNode json) {
    NetworkSpec network = NetworkSpec.of((ObjectNode) json.get("network"));
    ObjectNode networkOptions = (ObjectNode) json.get("network_options");
    ObjectNode trainingOptions = (ObjectNode) json.get("training_options");
    String trained = text(json, "trained");
    if (trained != null) {
      int further = json.get("further_epochs").asInt();
      try (ImageClassifier classifier =
          new NamedFiles(session).read(trained, ImageClassifier::load)) {
        return ParameterAveraging.goOn(
            session, network, networkOptions, trainingOptions, pictures, classifier, further);
      }
    }
    String pretrained = text(json, "pretrained");
    if (pretrained == null) {
      return ParameterAveraging.of(session, network, networkOptions, trainingOptions, pictures);
    }
    try (ImageClassifier classifier =
        new NamedFiles(session).read(pretrained, ImageClassifier::load)) {
      return ParameterAveraging.of(
          session, network, networkOptions, trainingOptions, pictures, classifier);
    }
  }

  /** All that a model file says but its parameters: JSON, as {@link ImageClassifier#toJson}. */
  public static String metadata(SparkSession session, String path) {
    try (ImageClassifier classifier = new NamedFiles(session).read(path, ImageClassifier::load)) {
      return Json.write(classifier.toJson());
    }
  }

  /**
   * {@link InspectedPictures#of}.
   *
   * @param image JSON: how pictures are decoded
   * @return JSON: a list
   */
  public static String inspect(Dataset<Row> rows, String image) {
    DecodeOptions options = DecodeOptions.fromJson(Json.readObject(image, "the image options"));
    return "[" + String.join(",", InspectedPictures.of(rows, options)) + "]";
  }

  /**
   * {@link CollectedPictures#collect}.
   *
   * @param image JSON: how pictures are decoded
   * @param file path of the driver's machine
   * @return JSON
   */
  public static String collect(Dataset<Row> rows, String image, String file, double maxDamaged) {
    DecodeOptions options = DecodeOptions.fromJson(Json.readObject(image, "the image options"));
    return Json.write(CollectedPictures.collect(rows, options, Path.of(file), maxDamaged));
  }

  /**
   * {@link SearchPictures#of}.
   *
   * @param description path of a JSON file of the driver's machine
   */
  public static SearchPictures searchPictures(SparkSession session, String description)
      throws IOException {
    String text = Files.readString(Path.of(description));
    return SearchPictures.of(session, Json.readObject(text, "the pictures of the search"));
  }

  /** {@link ClusterTrial#start}. */
  public static ClusterTrial startTrial(
      SearchPictures pictures, int part, String request, String resume, String checkpoint) {
    return ClusterTrial.start(pictures, part, request, resume, checkpoint);
  }

  /** Writes a model file on the driver's machine. */
  public static void save(ImageClassifier classifier, String path) {
    classifier.save(Path.of(path));
  }

  /** A path of one of Hadoop's file systems, with its scheme. */
  public static String qualified(SparkSession session, String path) {
    return new HadoopFiles(session).qualified(path);
  }

  /** Makes sure that {@link #save(ClusterClassifier, SparkSession, String)} can write. */
  public static void requireWritable(SparkSession session, String path) {
    new NamedFiles(session).requireWritable(path);
  }

  /** A classifier for DataFrames, of a model file as {@link NamedFiles} find it. */
  public static ClusterClassifier load(SparkSession session, String path) {
    return ClusterClassifier.load(new NamedFiles(session), path);
  }

  /** Writes a model file as {@link NamedFiles} do. */
  public static void save(ClusterClassifier classifier, SparkSession session, String path) {
    classifier.save(new NamedFiles(session), path);
  }

  /** {@link ClusterClassifier#transform}; an empty name leaves a column out. */
  public static Dataset<Row> transform(
      ClusterClassifier classifier,
      Dataset<Row> rows,
      String features,
      String prediction,
      String predictedClass,
      String probability,
      String rawPrediction,
      String damaged) {
    return classifier.transform(
        rows,
        features,
        new OutputColumns(prediction, predictedClass, probability, rawPrediction, damaged));
  }

  /**
   * Evaluates a classifier with the labelled pictures of a DataFrame.
   *
   * @return JSON: {@code confusion_matrix} (rows actual, columns predicted), {@code log_loss},
   *     {@code damaged} (a list of path, reason, detail)
   */
  public static String evaluate(
      ClusterClassifier classifier,
      Dataset<Row> rows,
      String features,
      String label,
      double maxDamaged) {
    ClusterEvaluation found = ClusterEvaluation.of(classifier, rows, features, label, maxDamaged);
    ConfusionMatrix matrix = found.evaluation().confusionMatrix();
    ObjectNode json = Json.object().put("log_loss", found.evaluation().logLoss());
    ArrayNode counts = json.putArray("confusion_matrix");
    for (int actual = 0; actual < matrix.classes(); actual++) {
      ArrayNode row = counts.addArray();
      for (int k = 0; k < matrix.classes(); k++) row.add(matrix.count(actual, k));
    }
    json.set("damaged", json(found.damaged()));
    return Json.write(json);
  }

  /** How a classifier decodes pictures: JSON. */
  public static String image(ClusterClassifier classifier) {
    return Json.write(classifier.image().toJson());
  }

  /** {@link ClusterFeaturizer#ClusterFeaturizer}. */
  public static ClusterFeaturizer featurizer(
      ClusterClassifier classifier, String layer, String pooling) {
    return new ClusterFeaturizer(classifier, layer, pooling);
  }

  /** {@link ClusterFeaturizer#transform}; {@code invalid} in small letters. */
  public static Dataset<Row> featurize(
      ClusterFeaturizer featurizer,
      Dataset<Row> rows,
      String input,
      String output,
      String damaged,
      String invalid) {
    return featurizer.transform(
        rows,
        input,
        output,
        damaged,
        ClusterFeaturizer.Invalid.valueOf(invalid.toUpperCase(Locale.ROOT)));
  }

  /** {@link PredictionTable#of}. */
  public static PredictionTable predictions(ClusterClassifier classifier, Dataset<Row> pictures) {
    return PredictionTable.of(classifier, pictures);
  }

  /** {@link PredictionParts}. */
  public static PredictionParts predictionParts(
      SparkSession session,
      ClusterClassifier classifier,
      List<String> pictures,
      String folder,
      int size) {
    return new PredictionParts(session, classifier, pictures, folder, size);
  }

  /**
   * An error of this library, wherever it is in a chain of causes.
   *
   * @return JSON: {@code code}, {@code message}, {@code details}; null where there is none
   */
  public static String error(Throwable thrown) {
    for (Throwable link = thrown; link != null; link = link.getCause()) {
      if (!(link instanceof SparkDl4jException)) continue;
      SparkDl4jException own = (SparkDl4jException) link;
      ObjectNode json =
          Json.object().put("code", own.code().name()).put("message", own.getMessage());
      json.set("details", Json.of(own.details()));
      return Json.write(json);
    }
    return null;
  }

  private static ArrayNode json(List<DamagedImage> damaged) {
    ArrayNode list = Json.object().putArray("damaged");
    for (DamagedImage picture : damaged) list.add(picture.toJson());
    return list;
  }

  private static String text(ObjectNode json, String name) {
    JsonNode value = json.get(name);
    return value == null || value.isNull() ? null : value.asText();
  }
}
