package org.sparkdl4j.spark;

import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.dataset.PixelType;
import org.sparkdl4j.dataset.ScalerKind;
import org.sparkdl4j.dataset.StandardScaler;
import org.sparkdl4j.image.DecodeOptions;
import org.sparkdl4j.model.ClassifierTraining;
import org.sparkdl4j.model.ImageClassifier;
import org.sparkdl4j.network.NetworkSpec;
import org.sparkdl4j.training.TrainingOptions;

/** Trains classifiers on the pictures of a cluster, by synchronous parameter averaging. */
public final class ParameterAveraging {
  private ParameterAveraging() {}

  /**
   * A training that has not started. It is steered as one on this machine: {@code start}, {@code
   * poll}, {@code cancel}, {@code result}.
   *
   * @param network the network's description
   * @param networkOptions options of the group "network"
   * @param trainingOptions options of the group "training"; the number of workers is that of the
   *     pictures
   * @param pictures dealt out to the workers; they outlive the training
   * @throws org.sparkdl4j.error.SparkDl4jException for anything that does not fit together
   */
  public static ClassifierTraining of(
      SparkSession session,
      NetworkSpec network,
      ObjectNode networkOptions,
      ObjectNode trainingOptions,
      ClusterPictures pictures) {
    ScalerKind kind = new TrainingOptions(trainingOptions).standardize();
    StandardScaler scaler = pictures.scaler(kind);
    return of(session, network, networkOptions, trainingOptions, pictures, scaler);
  }

  /**
   * The same, which begins with what a classifier of other classes has learned, as {@link
   * ClassifierTraining#beginWith} says, and with its scaler.
   *
   * @param pretrained may be closed afterwards
   */
  public static ClassifierTraining of(
      SparkSession session,
      NetworkSpec network,
      ObjectNode networkOptions,
      ObjectNode trainingOptions,
      ClusterPictures pictures,
      ImageClassifier pretrained) {
    StandardScaler scaler = pretrained.scaler().copy();
    ClassifierTraining training =
        of(session, network, networkOptions, trainingOptions, pictures, scaler);
    training.beginWith(pretrained);
    return training;
  }

  /**
   * The same, which goes on from a classifier as {@link ClassifierTraining#goOn} says, with its
   * scaler.
   *
   * @param trained may be closed afterwards
   * @param furtherEpochs how many epochs to train; 0 for what the option "epochs" says
   */
  public static ClassifierTraining goOn(
      SparkSession session,
      NetworkSpec network,
      ObjectNode networkOptions,
      ObjectNode trainingOptions,
      ClusterPictures pictures,
      ImageClassifier trained,
      int furtherEpochs) {
    StandardScaler scaler = trained.scaler().copy();
    ClassifierTraining training =
        of(session, network, networkOptions, trainingOptions, pictures, scaler);
    training.goOn(trained, furtherEpochs);
    return training;
  }

  private static ClassifierTraining of(
      SparkSession session,
      NetworkSpec network,
      ObjectNode networkOptions,
      ObjectNode trainingOptions,
      ClusterPictures pictures,
      StandardScaler scaler) {
    JavaSparkContext context = JavaSparkContext.fromSparkContext(session.sparkContext());
    DecodeOptions image = pictures.image();
    AllowedProcessors processors = AllowedProcessors.of(context.getConf());
    TrainingOptions given = new TrainingOptions(trainingOptions);
    EpochPictures epoch = new EpochPictures(pictures.counts(), pictures.labels().names(), given);
    // The executors know their own pictures only.
    ObjectNode options = given.forPictures(ClusterTraining.examples(epoch.counts())).toJson();
    return new ClassifierTraining(
        network,
        networkOptions,
        options,
        pictures.labels().labels(),
        image,
        scaler,
        ClusterTraining.of(
            context,
            pictures.dealt(),
            epoch.counts(),
            pictures.validationCount() > 0,
            (ofRun, tuning, run) ->
                new WorkerSetup(
                    run,
                    new DescribedNetwork(network, networkOptions),
                    ofRun.toJson(),
                    PixelType.of(image),
                    new int[] {image.height(), image.width(), image.channels()},
                    scaler,
                    tuning,
                    pictures.labels().names(),
                    pictures.isWeighted(),
                    processors,
                    epoch)));
  }
}
