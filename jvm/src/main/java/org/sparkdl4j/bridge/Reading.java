package org.sparkdl4j.bridge;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.nd4j.shade.jackson.databind.node.ArrayNode;
import org.sparkdl4j.dataset.ImageLoader;
import org.sparkdl4j.dataset.LoadedImages;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.image.DamagedImage;
import org.sparkdl4j.spec.Json;

/** Decoding under way. Python waits in short steps, so that Ctrl-C and progress get their turn. */
public final class Reading {
  private final ImageLoader loader;
  private final CompletableFuture<Optional<LoadedImages>> result = new CompletableFuture<>();
  private volatile int done;

  /** What is to be done; it tells how far it is. */
  interface Work {
    Optional<LoadedImages> run(ImageLoader.Progress progress);
  }

  /** Starts. */
  Reading(ImageLoader loader, Work work) {
    this.loader = loader;
    Thread thread =
        new Thread(
            () -> {
              try {
                result.complete(work.run((finished, total) -> done = finished));
              } catch (RuntimeException | Error e) {
                result.completeExceptionally(e);
              }
            },
            "sparkdl4j-reading");
    thread.setDaemon(true);
    thread.start();
  }

  /** Waits at most so long; whether reading has ended, be it well or not. */
  public boolean await(long millis) throws InterruptedException {
    try {
      result.get(millis, TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      return true;
    }
  }

  /** Pictures done so far. */
  public int done() {
    return done;
  }

  /** Stops soon; {@link #await} tells when the memory is no longer written. */
  public void cancel() {
    loader.cancel();
  }

  /** The positions of the good pictures among the files, ascending. */
  public int[] good() {
    return loaded().fileIndices();
  }

  /** The damaged pictures: a JSON list of objects with path, reason and detail. */
  public String damaged() {
    ArrayNode list = Json.object().putArray("damaged");
    for (DamagedImage image : loaded().damaged()) list.add(image.toJson());
    return Json.write(list);
  }

  private LoadedImages loaded() {
    try {
      return result
          .get()
          .orElseThrow(
              () ->
                  new SparkDl4jException(
                      ErrorCode.TRAINING_STATE, "reading the pictures was cancelled"));
    } catch (ExecutionException e) {
      if (e.getCause() instanceof SparkDl4jException) throw (SparkDl4jException) e.getCause();
      throw new SparkDl4jException(
          ErrorCode.INTERNAL, "reading pictures failed: " + e.getCause(), e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SparkDl4jException(
          ErrorCode.TRAINING_STATE, "waiting for the pictures was interrupted", e);
    }
  }
}
