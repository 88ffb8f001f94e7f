package org.sparkdl4j.spark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.file.AtomicFile;
import org.sparkdl4j.model.TrialResult;
import org.sparkdl4j.spec.Json;

/**
 * A trial of a search, or a part of one, as a Spark job of one task; it is sent and awaited by a
 * daemon thread of its own, so that whoever waits for it may stop waiting. Jobs of several trials
 * run side by side, as many as there are free cores.
 */
public final class ClusterTrial {
  /** Spark warns of tasks above a megabyte; larger checkpoints are broadcast. */
  private static final int LARGEST_WITH_TASK = 512 << 10;

  private final CancellableJobs jobs;
  private TrialTask.Outcome outcome;
  private Throwable failure;
  private boolean isDone;

  private ClusterTrial(CancellableJobs jobs) {
    this.jobs = jobs;
  }

  /**
   * Starts.
   *
   * @param part which of the pictures' parts it trains and validates with
   * @param request JSON, as {@link org.sparkdl4j.model.TrialTraining} takes it, and {@code trial},
   *     its number
   * @param resume path of the checkpoint to go on from, on this machine; null for none
   * @param checkpoint path on this machine that receives a training that is paused
   */
  public static ClusterTrial start(
      SearchPictures pictures, int part, String request, String resume, String checkpoint) {
    JavaSparkContext context = pictures.context();
    TrialTask task =
        new TrialTask(pictures.broadcast(), AllowedProcessors.of(context.getConf()), part, request);
    JsonNode json = Json.readObject(request, "the request");
    String description =
        "sparkdl4j: trial " + json.get("trial") + " until epoch " + json.get("until_epoch");
    ClusterTrial trial = new ClusterTrial(new CancellableJobs(context));
    Thread thread =
        new Thread(
            () -> {
              context.setJobDescription(description);
              trial.run(context, task, resume, checkpoint);
            },
            "sparkdl4j-cluster-trial");
    thread.setDaemon(true);
    thread.start();
    return trial;
  }

  /**
   * Waits.
   *
   * @return whether there is a result, or something has failed
   */
  public synchronized boolean isDone(long millis) throws InterruptedException {
    if (!isDone) wait(millis);
    return isDone;
  }

  /**
   * What the training gave.
   *
   * @throws SparkDl4jException why it failed; SPARK_JOB, OUT_OF_MEMORY
   */
  public synchronized TrialResult result() {
    if (failure instanceof Error) throw (Error) failure;
    if (failure != null) throw (RuntimeException) failure;
    if (outcome.code != null) throw new SparkDl4jException(outcome.code, outcome.message);
    return outcome.result;
  }

  /** Ends it. */
  public void cancel() {
    jobs.cancel();
  }

  private void run(JavaSparkContext context, TrialTask task, String resume, String checkpoint) {
    TrialTask.Outcome found = null;
    Throwable thrown = null;
    try {
      found = jobs.run(() -> send(context, task, resume));
      byte[] content = found.checkpoint;
      if (content != null) AtomicFile.write(Path.of(checkpoint), out -> out.write(content));
    } catch (RuntimeException | Error e) {
      thrown = e;
    }
    synchronized (this) {
      outcome = found;
      failure = thrown;
      isDone = true;
      notifyAll();
    }
  }

  private static TrialTask.Outcome send(JavaSparkContext context, TrialTask task, String resume)
      throws IOException {
    byte[] before = resume == null ? null : Files.readAllBytes(Path.of(resume));
    if (before == null || before.length <= LARGEST_WITH_TASK) {
      return context.parallelize(List.of(0), 1).map(one -> task.run(before)).first();
    }
    Broadcast<byte[]> sent = context.broadcast(before);
    try {
      return context.parallelize(List.of(0), 1).map(one -> task.run(sent.value())).first();
    } finally {
      sent.destroy();
    }
  }
}
