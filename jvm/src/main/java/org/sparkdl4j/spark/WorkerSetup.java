package org.sparkdl4j.spark;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.TaskContext;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.dataset.LabeledImages;
import org.sparkdl4j.dataset.Oversampling;
import org.sparkdl4j.dataset.PixelType;
import org.sparkdl4j.dataset.SeededOrder;
import org.sparkdl4j.dataset.StandardScaler;
import org.sparkdl4j.plan.CoreOptions;
import org.sparkdl4j.plan.NetworkCore;
import org.sparkdl4j.plan.NetworkCores;
import org.sparkdl4j.spec.Json;
import org.sparkdl4j.training.PartitionWorker;
import org.sparkdl4j.training.TrainingOptions;

/** All that the executors need of a run to make its workers. */
final class WorkerSetup implements Serializable {
  private static final long serialVersionUID = 1;

  private final String run;
  private final NetworkSource network;
  private final String trainingOptions;
  private final PixelType pixels;
  private final int[] shape;
  private final String scaler;
  private final String tuning;
  private final ArrayList<String> classes;
  private final boolean weighted;
  private final AllowedProcessors processors;

  /** Null for none. */
  private final double[] classWeights;

  /** Of every worker how many pictures of each class an epoch has; null: those that it has. */
  private final ArrayList<int[]> repeated;

  /**
   * A setup.
   *
   * @param run a name that no other run has
   * @param pixels what the workers' records hold
   * @param shape {@code [height, width, channels]} of the pictures
   * @param tuning the formats that trials on the driver have chosen, or null
   * @param processors where workers may be made
   * @param epoch what the workers train in an epoch; null: all that they have, once
   */
  WorkerSetup(
      String run,
      NetworkSource network,
      ObjectNode trainingOptions,
      PixelType pixels,
      int[] shape,
      StandardScaler scaler,
      String tuning,
      List<String> classes,
      boolean weighted,
      AllowedProcessors processors,
      EpochPictures epoch) {
    this.run = run;
    this.network = network;
    this.trainingOptions = Json.write(trainingOptions);
    this.pixels = pixels;
    this.shape = shape.clone();
    this.scaler = Json.write(scaler.toJson());
    this.tuning = tuning;
    this.classes = new ArrayList<>(classes);
    this.weighted = weighted;
    this.processors = processors;
    classWeights = epoch == null ? null : epoch.classWeights();
    repeated = epoch == null ? null : epoch.repeated();
  }

  String run() {
    return run;
  }

  /** Bytes of a picture. */
  long pictureBytes() {
    return (long) shape[0] * shape[1] * shape[2] * pixels.bytes();
  }

  /** The validation pictures of a partition; null without any. */
  LabeledImages validation(WorkerPictures pictures) {
    return pictures.validation(pixels, shape, classes);
  }

  /**
   * A worker for the pictures of a partition, in a task.
   *
   * @throws org.sparkdl4j.error.SparkDl4jException SPARK_PROCESSORS
   */
  PartitionWorker worker(WorkerPictures pictures) {
    processors.requireThisOne();
    TaskContext task = TaskContext.get();
    ObjectNode options = Json.readObject(trainingOptions, "the training options");
    TrainingOptions training = new TrainingOptions(options.put("threads", task.cpus()));
    CoreOptions computing =
        new CoreOptions(training.precision(), task.cpus(), training.memoryLimit(), tuning);
    NetworkCore core =
        NetworkCores.of(
            network.configuration(shape, classes.size(), training.seed()), shape, computing);
    return new PartitionWorker(
        core,
        StandardScaler.fromJson(Json.readObject(scaler, "the scaler")),
        epoch(pictures, task.partitionId(), training.seed()),
        training,
        SeededOrder.key(training.seed(), SeededOrder.WORKER_STREAM, task.partitionId()));
  }

  /** The pictures that a worker trains in an epoch. */
  private LabeledImages epoch(WorkerPictures pictures, int worker, long seed) {
    LabeledImages all = pictures.training(pixels, shape, classes, weighted);
    if (classWeights != null) all = all.withClassWeights(classWeights);
    if (repeated == null) return all;
    return all.subset(Oversampling.positions(all.labels(), repeated.get(worker), seed));
  }
}
