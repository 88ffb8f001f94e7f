package org.sparkdl4j.example;

import java.nio.file.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.sparkdl4j.image.DecodeOptions;
import org.sparkdl4j.model.ImageClassifier;
import org.sparkdl4j.network.NetworkSpec;
import org.sparkdl4j.spark.ParameterAveragingTrainer;
import org.sparkdl4j.spark.PictureColumns;
import org.sparkdl4j.spark.PictureTable;

/** Trains a classifier: {@code <folder whose subfolders are classes> <model file>}. */
public final class TrainOnPictures {
  private TrainOnPictures() {}

  public static void main(String[] arguments) {
    SparkSession session = SparkSession.builder().appName("train on pictures").getOrCreate();
    Dataset<Row> pictures = PictureTable.read(session, arguments[0]);
    ParameterAveragingTrainer trainer =
        ParameterAveragingTrainer.builder()
            .epochs(20)
            .workers(8)
            .option("learning_rate", 0.002)
            .build();
    try (ImageClassifier classifier =
        trainer.fit(
            NetworkSpec.reference("landscape"),
            pictures,
            new PictureColumns("image", "label", null, null),
            new DecodeOptions(75, 75, 3))) {
      System.out.println("classes: " + classifier.labels());
      classifier.save(Path.of(arguments[1]));
    }
    session.stop();
  }
}
