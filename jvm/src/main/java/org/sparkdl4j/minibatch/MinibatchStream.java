package org.sparkdl4j.minibatch;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.sparkdl4j.augmentation.SeededAugmentation;
import org.sparkdl4j.dataset.LabeledImages;
import org.sparkdl4j.dataset.StandardScaler;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;

/**
 * Minibatches in the order of their selections, gathered on a side thread of their own: while one
 * is computed, the next ones are filled.
 *
 * <p>One thread takes the minibatches. Closing frees the minibatch that it took last, too; a thread
 * that waits for one is sent away with an error.
 */
public final class MinibatchStream implements AutoCloseable {
  /** One that is computed, and one that is filled meanwhile. */
  private static final int BUFFERS = 2;

  private static final long CANCEL_MILLIS = 20;

  private final Iterator<Selection> selections;
  private final Thread thread;
  private final List<Minibatch> buffers = new ArrayList<>();

  private final Object lock = new Object();
  private final Deque<Minibatch> empty = new ArrayDeque<>();
  private final Deque<Minibatch> full = new ArrayDeque<>();
  private Minibatch taken;
  private boolean ended;
  private boolean closed;
  private Throwable failure;
  private InputWaits waits = InputWaits.NONE;

  /**
   * Starts to fill the first minibatches.
   *
   * @param inputShape {@code [height, width, channels]} that the network takes
   * @param readShape the same of what it reads of them, first rows and columns
   * @param capacity the most pictures in a minibatch
   * @param selections the pictures of each minibatch; asked on the side thread
   * @param augmentation how pictures change
   * @param threads how many share that work, the side thread among them
   * @throws SparkDl4jException DATA_SHAPE when the pictures have another shape
   */
  public MinibatchStream(
      LabeledImages view,
      StandardScaler scaler,
      int[] inputShape,
      int[] readShape,
      int capacity,
      Iterator<Selection> selections,
      SeededAugmentation augmentation,
      int threads) {
    this.selections = selections;
    Minibatch first =
        new Minibatch(view, scaler, inputShape, readShape, capacity, augmentation, threads);
    buffers.add(first);
    // One is computed at a time, so one memory for standardised pictures serves all.
    while (buffers.size() < BUFFERS) buffers.add(new Minibatch(first));
    empty.addAll(buffers);
    thread = new Thread(this::fill, "sparkdl4j-input");
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * Takes the next minibatch, and gives back the one before.
   *
   * @param cancelled asked some times a second while waiting
   * @return the minibatch, valid until the next call; null at the end of the selections, or when
   *     cancelled
   * @throws SparkDl4jException TRAINING_STATE when the stream is closed or the thread interrupted;
   *     else whatever went wrong on the side thread, as it was thrown there
   */
  public Minibatch next(BooleanSupplier cancelled) {
    synchronized (lock) {
      giveBack();
      if (full.isEmpty() && !ended && !closed) waitForInput(cancelled);
      if (closed) throw state("the stream of minibatches is closed");
      taken = full.poll();
      if (taken != null) {
        waits = waits.plus(new InputWaits(1, 0, 0));
      } else if (failure instanceof Error) {
        throw (Error) failure;
      } else if (failure != null) {
        throw (RuntimeException) failure;
      }
      return taken;
    }
  }

  /** How often {@link #next} had to wait so far. */
  public InputWaits waits() {
    synchronized (lock) {
      return waits;
    }
  }

  /** Ends the side thread and frees the memory. Idempotent. */
  @Override
  public void close() {
    synchronized (lock) {
      closed = true;
      lock.notifyAll();
    }
    thread.interrupt();
    boolean interrupted = false;
    while (true) {
      try {
        // It fills one more minibatch at most; until then it writes into the memory.
        thread.join();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) Thread.currentThread().interrupt();
    for (Minibatch buffer : buffers) buffer.close();
  }

  private void giveBack() {
    if (taken == null) return;
    empty.add(taken);
    taken = null;
    lock.notifyAll();
  }

  private void waitForInput(BooleanSupplier cancelled) {
    long start = System.nanoTime();
    try {
      while (full.isEmpty() && !ended && !closed && !cancelled.getAsBoolean()) {
        lock.wait(CANCEL_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw state("waiting for a minibatch was interrupted");
    }
    // At the end of the selections there was nothing to wait for.
    if (full.isEmpty()) return;
    double seconds = (System.nanoTime() - start) / (double) TimeUnit.SECONDS.toNanos(1);
    waits = waits.plus(new InputWaits(0, 1, seconds));
  }

  /** The side thread. */
  private void fill() {
    try {
      while (selections.hasNext()) {
        Selection selection = selections.next();
        Minibatch buffer = takeEmpty();
        if (buffer == null) return;
        buffer.load(selection);
        synchronized (lock) {
          full.add(buffer);
          lock.notifyAll();
        }
      }
      end(null);
    } catch (InterruptedException e) {
      // Only close() interrupts this thread, and then nobody takes minibatches any more.
      end(null);
    } catch (RuntimeException | Error e) {
      end(e);
    }
  }

  /** An empty buffer as soon as there is one; null when the stream is closed. */
  private Minibatch takeEmpty() throws InterruptedException {
    synchronized (lock) {
      while (empty.isEmpty() && !closed) lock.wait();
      return closed ? null : empty.remove();
    }
  }

  private void end(Throwable cause) {
    synchronized (lock) {
      failure = cause;
      ended = true;
      lock.notifyAll();
    }
  }

  private static SparkDl4jException state(String message) {
    return new SparkDl4jException(ErrorCode.TRAINING_STATE, message);
  }
}
