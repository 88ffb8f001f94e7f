package org.sparkdl4j.serving;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.model.ImageClassifier;
import org.sparkdl4j.model.Prediction;

/**
 * Predicts pictures that many callers give one by one, several at once: while one batch is
 * computed, the next ones are decoded. Decoded pictures wait some milliseconds at most, and only
 * for others that have come already.
 *
 * <p>A picture's prediction does not depend on what else is in its batch, but for roundings. Safe
 * for use by many threads. It holds the threads that decode and the one that computes, which {@link
 * #close} ends; the classifier stays the caller's.
 */
public final class MicroBatcher implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MicroBatcher.class);
  private static final int LONGEST_RETRY = 60;

  /** How much the newest batch counts in the mean time of a picture. */
  private static final double NEWEST_SHARE = 0.2;

  private final BatchingOptions options;
  private final ComputingTurn turn;
  private final BatchComputation computation;
  private final PictureDecoder decoder;
  private final List<Thread> threads = new ArrayList<>();

  private final ReentrantLock lock = new ReentrantLock();

  /** Something may be decoded: there are a picture and a slot, or the end. */
  private final Condition mayDecode = lock.newCondition();

  /** Something was decoded, or will not be. */
  private final Condition mayCompute = lock.newCondition();

  // What follows is guarded by the lock.
  private final Deque<QueuedPicture> encoded = new ArrayDeque<>();
  private final Deque<QueuedPicture> decoded = new ArrayDeque<>();
  private final Deque<Integer> freeSlots = new ArrayDeque<>();

  /** Taken to be decoded, but neither damaged nor among {@link #decoded} yet. */
  private int decoding;

  private int unanswered;
  private boolean isClosing;
  private long pictures;
  private long damaged;
  private long batches;
  private double computingSeconds;
  private double secondsPerPicture;

  /**
   * Starts the threads, after compiling the network for all sizes of batches.
   *
   * @param classifier not to be closed before the batcher
   * @throws SparkDl4jException DATA_NOT_FINITE when the network cannot predict; OUT_OF_MEMORY
   */
  public MicroBatcher(ImageClassifier classifier, BatchingOptions options) {
    this(classifier, options, new ComputingTurn());
  }

  MicroBatcher(ImageClassifier classifier, BatchingOptions options, ComputingTurn turn) {
    this.options = options;
    this.turn = turn;
    decoder = new PictureDecoder(classifier, options);
    computation = new BatchComputation(classifier, options.maxBatch());
    for (int slot = 0; slot < computation.slots(); slot++) freeSlots.add(slot);
    start(
        "compute",
        () -> {
          try {
            computeAll();
          } finally {
            classifier.core().releaseThread();
          }
        });
    int decoders = Math.min(options.decodingThreads(), computation.slots());
    for (int i = 0; i < decoders; i++) start("decode-" + i, this::decodeAll);
  }

  /**
   * Predicts one picture.
   *
   * @param picture the content of a JPEG, PNG, BMP, GIF, TIFF or WebP file
   * @return completed by the prediction, or exceptionally by a {@link SparkDl4jException} such as
   *     DATA_DAMAGED; cancelling it saves the work, if that has not begun
   * @throws SparkDl4jException SERVER_BUSY when too many wait, with the detail {@code
   *     retry_after_seconds}; SERVER_STOPPING after {@link #close}
   */
  public CompletableFuture<Prediction> predict(byte[] picture) {
    CompletableFuture<List<PictureResult>> all = predictAll(List.of(picture));
    CompletableFuture<Prediction> one = new CompletableFuture<>();
    all.whenComplete(
        (results, problem) -> {
          if (problem != null) one.completeExceptionally(problem);
          else if (results.get(0).isPredicted()) one.complete(results.get(0).prediction());
          else one.completeExceptionally(results.get(0).problem());
        });
    one.whenComplete(
        (prediction, problem) -> {
          if (problem instanceof CancellationException) all.cancel(false);
        });
    return one;
  }

  /**
   * Predicts pictures together: all are taken, or none.
   *
   * @param given as {@link #predict} takes each; at least one
   * @return completed by what became of each, in their order; cancelling it saves the work that has
   *     not begun
   * @throws SparkDl4jException DATA_EMPTY; SERVER_BUSY, SERVER_STOPPING as {@link #predict} does
   */
  public CompletableFuture<List<PictureResult>> predictAll(List<byte[]> given) {
    if (given.isEmpty()) {
      throw new SparkDl4jException(ErrorCode.DATA_EMPTY, "there is no picture to predict");
    }
    QueuedPicture.Request request = new QueuedPicture.Request(given.size());
    lock.lock();
    try {
      if (isClosing) {
        throw new SparkDl4jException(
            ErrorCode.SERVER_STOPPING, "no more pictures are taken: the batcher is being closed");
      }
      if (unanswered + given.size() > options.maxQueue()) throw busy();
      unanswered += given.size();
      for (int i = 0; i < given.size(); i++) {
        encoded.add(new QueuedPicture(request, i, given.get(i)));
        mayDecode.signal();
      }
    } finally {
      lock.unlock();
    }
    return request.answer;
  }

  /** After how many seconds to ask again, as no further picture may wait now; 0 where one may. */
  public int retryAfterSeconds() {
    lock.lock();
    try {
      return unanswered < options.maxQueue() ? 0 : secondsOfQueue();
    } finally {
      lock.unlock();
    }
  }

  /** What it has done so far. */
  public BatchStatistics statistics() {
    lock.lock();
    try {
      return new BatchStatistics(unanswered, pictures, damaged, batches, computingSeconds);
    } finally {
      lock.unlock();
    }
  }

  /** Takes no more pictures, and returns when all that were taken are answered. Idempotent. */
  @Override
  public void close() {
    lock.lock();
    try {
      if (isClosing) return;
      isClosing = true;
      mayDecode.signalAll();
      mayCompute.signalAll();
    } finally {
      lock.unlock();
    }
    boolean interrupted = false;
    for (Thread thread : threads) {
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    computation.close();
    if (interrupted) Thread.currentThread().interrupt();
  }

  private void start(String name, Runnable work) {
    Thread thread = new Thread(work, "sparkdl4j-serving-" + name);
    thread.setDaemon(true);
    thread.start();
    threads.add(thread);
  }

  private SparkDl4jException busy() {
    int seconds = secondsOfQueue();
    return new SparkDl4jException(
            ErrorCode.SERVER_BUSY,
            unanswered
                + " pictures wait, and no more than "
                + options.maxQueue()
                + " may: ask again in "
                + seconds
                + " s")
        .with("retry_after_seconds", seconds);
  }

  private int secondsOfQueue() {
    double wait = unanswered * secondsPerPicture;
    return (int) Math.max(1, Math.min(LONGEST_RETRY, Math.ceil(wait)));
  }

  // ---------------------------------------------------------------------- decoding

  private void decodeAll() {
    for (QueuedPicture picture = nextEncoded(); picture != null; picture = nextEncoded()) {
      SparkDl4jException problem = picture.isGivenUp() ? null : decode(picture);
      boolean isReady = problem == null && !picture.isGivenUp();
      lock.lock();
      try {
        decoding--;
        if (isReady) {
          decoded.add(picture);
        } else {
          freeSlots.add(picture.slot);
          unanswered--;
          if (problem != null) damaged++;
          if (!encoded.isEmpty()) mayDecode.signal();
        }
        mayCompute.signal();
      } finally {
        lock.unlock();
      }
      if (problem != null) picture.answer(problem);
    }
  }

  /** Waits for a picture and a slot for it; null at the end. */
  private QueuedPicture nextEncoded() {
    lock.lock();
    try {
      while (encoded.isEmpty() || freeSlots.isEmpty()) {
        if (isClosing && encoded.isEmpty()) return null;
        mayDecode.awaitUninterruptibly();
      }
      QueuedPicture picture = encoded.remove();
      picture.slot = freeSlots.remove();
      decoding++;
      return picture;
    } finally {
      lock.unlock();
    }
  }

  /** Decodes into the picture's slot, and returns what is wrong with it, if anything is. */
  private SparkDl4jException decode(QueuedPicture picture) {
    try {
      decoder.decode(picture.takeEncoded(), computation.slot(picture.slot));
      return null;
    } catch (RuntimeException | Error e) {
      return failure(e);
    }
  }

  // ---------------------------------------------------------------------- computing

  private void computeAll() {
    for (List<QueuedPicture> batch = nextBatch(); batch != null; batch = nextBatch()) {
      List<QueuedPicture> pictures = batch;
      turn.compute(() -> compute(pictures));
    }
  }

  /** Waits for decoded pictures, and takes some of them; null at the end. */
  private List<QueuedPicture> nextBatch() {
    lock.lock();
    try {
      while (decoded.isEmpty()) {
        if (isClosing && encoded.isEmpty() && decoding == 0) return null;
        mayCompute.awaitUninterruptibly();
      }
      waitForOthers();
      int count = Math.min(decoded.size(), computation.largest());
      List<QueuedPicture> batch = new ArrayList<>(count);
      for (int i = 0; i < count; i++) batch.add(decoded.remove());
      return batch;
    } finally {
      lock.unlock();
    }
  }

  /** Waits for pictures that have come, but are not decoded yet. */
  private void waitForOthers() {
    long left = options.maxWaitNanos();
    while (left > 0
        && decoded.size() < computation.largest()
        && decoding + encoded.size() > 0
        && !freeSlots.isEmpty()) {
      try {
        left = mayCompute.awaitNanos(left);
      } catch (InterruptedException e) {
        // Nobody interrupts this thread, but whoever did would not want it to wait.
        return;
      }
    }
  }

  /** Computes what somebody still waits for, in parts of a power of two. */
  private void compute(List<QueuedPicture> batch) {
    List<QueuedPicture> wanted = new ArrayList<>();
    List<QueuedPicture> givenUp = new ArrayList<>();
    for (QueuedPicture picture : batch) (picture.isGivenUp() ? givenUp : wanted).add(picture);
    count(givenUp, false, 0);
    for (int from = 0; from < wanted.size(); ) {
      int size = Integer.highestOneBit(wanted.size() - from);
      computePart(wanted.subList(from, from + size));
      from += size;
    }
  }

  private void computePart(List<QueuedPicture> part) {
    long start = System.nanoTime();
    float[][] rows = null;
    SparkDl4jException problem = null;
    try {
      rows = computation.predict(part.stream().mapToInt(picture -> picture.slot).toArray());
    } catch (RuntimeException | Error e) {
      problem = failure(e);
    }
    count(part, problem == null, (System.nanoTime() - start) / 1e9);
    for (int i = 0; i < part.size(); i++) {
      if (problem != null) part.get(i).answer(problem);
      else part.get(i).answer(computation.result(rows[i]));
    }
  }

  private void count(List<QueuedPicture> done, boolean computed, double seconds) {
    lock.lock();
    try {
      for (QueuedPicture picture : done) freeSlots.add(picture.slot);
      unanswered -= done.size();
      if (computed) {
        pictures += done.size();
        batches++;
        computingSeconds += seconds;
        double newest = seconds / done.size();
        double share = batches == 1 ? 1 : NEWEST_SHARE;
        secondsPerPicture += share * (newest - secondsPerPicture);
      }
      if (!encoded.isEmpty()) mayDecode.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** An unexpected failure, which must not end the thread. */
  private static SparkDl4jException failure(Throwable problem) {
    if (problem instanceof SparkDl4jException) return (SparkDl4jException) problem;
    LOG.error("Predicting has failed", problem);
    boolean isMemory = problem instanceof OutOfMemoryError;
    return new SparkDl4jException(
        isMemory ? ErrorCode.OUT_OF_MEMORY : ErrorCode.INTERNAL,
        "predicting has failed: " + problem,
        problem);
  }
}
