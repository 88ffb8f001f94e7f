package org.sparkdl4j.spark;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.TaskContext;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.sparkdl4j.dataset.LabeledImages;
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

  /**
   * A setup.
   *
   * @param run a name that no other run has
   * @param pixels what the workers' records hold
   * @param shape {@code [height, width, channels]} of the pictures
   * @param tuning the formats that trials on the driver have chosen, or null
   * @param processors where workers may be made
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
      AllowedProcessors processors) {
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
  }

  String run() {
    return run;
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
    TrainingOptions training =
        new TrainingOptions(Json.readObject(trainingOptions, "the training options"));
    TaskContext task = TaskContext.get();
    CoreOptions computing =
        new CoreOptions(training.precision(), task.cpus(), training.memoryLimit(), tuning);
    NetworkCore core =
        NetworkCores.of(
            network.configuration(shape, classes.size(), training.seed()), shape, computing);
    return new PartitionWorker(
        core,
        StandardScaler.fromJson(Json.readObject(scaler, "the scaler")),
        pictures.training(pixels, shape, classes, weighted),
        training,
        SeededOrder.key(training.seed(), SeededOrder.WORKER_STREAM, task.partitionId()));
  }
}
