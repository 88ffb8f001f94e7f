package org.sparkdl4j.serving;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.model.ImageClassifier;

/**
 * A model file that pictures are predicted with, and that can be read again while they are: the new
 * classifier takes all pictures from one moment on, and the old one finishes those that it has.
 */
public final class ServedModel implements AutoCloseable {
  private final Path file;
  private final BatchingOptions options;
  private final ComputingTurn turn;
  private volatile Version current;

  /** One reading of the file. */
  private final class Version implements AutoCloseable {
    final ImageClassifier classifier;
    final MicroBatcher batcher;
    private int users;
    private boolean isClosed;

    Version() {
      classifier = ImageClassifier.load(file);
      try {
        batcher = new MicroBatcher(classifier, options, turn);
      } catch (RuntimeException | Error e) {
        classifier.close();
        throw e;
      }
    }

    synchronized boolean enter() {
      if (isClosed) return false;
      users++;
      return true;
    }

    synchronized void leave() {
      users--;
      notifyAll();
    }

    @Override
    public void close() {
      batcher.close();
      boolean interrupted = false;
      synchronized (this) {
        isClosed = true;
        while (users > 0) {
          try {
            wait();
          } catch (InterruptedException e) {
            interrupted = true;
          }
        }
      }
      classifier.close();
      if (interrupted) Thread.currentThread().interrupt();
    }
  }

  /**
   * Reads a model file.
   *
   * @throws SparkDl4jException as {@link ImageClassifier#load} and {@link MicroBatcher} do
   */
  public ServedModel(Path file, BatchingOptions options) {
    this(file, options, new ComputingTurn());
  }

  /** One of several models, which take turns to compute. */
  ServedModel(Path file, BatchingOptions options, ComputingTurn turn) {
    this.file = file;
    this.options = options;
    this.turn = turn;
    current = new Version();
  }

  public Path file() {
    return file;
  }

  /**
   * Predicts pictures as {@link MicroBatcher#predictAll} does, all by the same reading of the file.
   */
  public CompletableFuture<List<PictureResult>> predictAll(List<byte[]> pictures) {
    while (true) {
      Version version = current;
      try {
        return version.batcher.predictAll(pictures);
      } catch (SparkDl4jException e) {
        // A version that is being closed has been replaced, unless the whole model is closed.
        if (e.code() != ErrorCode.SERVER_STOPPING || version == current) throw e;
      }
    }
  }

  /**
   * Does something with the classifier, which stays open meanwhile, whoever reads the file again.
   *
   * @throws SparkDl4jException SERVER_STOPPING after {@link #close}
   */
  public <T> T use(Function<ImageClassifier, T> work) {
    Version version = current;
    while (!version.enter()) {
      if (version == current) {
        throw new SparkDl4jException(ErrorCode.SERVER_STOPPING, "the model is closed");
      }
      version = current;
    }
    try {
      return work.apply(version.classifier);
    } finally {
      version.leave();
    }
  }

  /**
   * Reads the file again. When this fails, the model stays what it was. Returns when the old
   * classifier has answered what it had; others that ask at the same time wait for their turn.
   *
   * @throws SparkDl4jException as {@link ImageClassifier#load} and {@link MicroBatcher} do
   */
  public synchronized void reload() {
    Version old = current;
    current = new Version();
    old.close();
  }

  /** As {@link MicroBatcher#retryAfterSeconds}. */
  public int retryAfterSeconds() {
    return current.batcher.retryAfterSeconds();
  }

  /** What the present classifier's batcher has done. */
  public BatchStatistics statistics() {
    return current.batcher.statistics();
  }

  /** Takes no more pictures, and returns when all that were taken are answered. Idempotent. */
  @Override
  public synchronized void close() {
    current.close();
  }
}
