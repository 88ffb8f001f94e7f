package org.sparkdl4j.minibatch;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.sparkdl4j.augmentation.Augmenter;
import org.sparkdl4j.augmentation.SeededAugmentation;
import org.sparkdl4j.dataset.LabeledImages;
import org.sparkdl4j.dataset.PixelBlock;

/**
 * Puts pictures of a view one after the other, changed where training asks for it.
 *
 * <p>Copying is left to the thread that asks. Changing takes longer, so threads share the pictures:
 * as many as compute the network, since all of these are held up alike then, and each waits for the
 * slowest of them. Pictures of a file are shared, too: readers wait for the disk, which answers
 * several at once.
 */
final class Gathering implements AutoCloseable {
  /** Reads that a disk has before it at a time. */
  private static final int READERS = 4;

  private final LabeledImages view;
  private final SeededAugmentation augmentation;
  private final List<Augmenter> augmenters = new ArrayList<>();
  private final ExecutorService threads;

  /**
   * For pictures of a view.
   *
   * @param count threads that share the pictures where these are changed; of a file {@link
   *     #READERS} at least
   */
  Gathering(LabeledImages view, SeededAugmentation augmentation, int count) {
    this.view = view;
    this.augmentation = augmentation;
    int changing = augmentation.changesPictures() ? count : 1;
    int sharing = view.block().isInMemory() ? changing : Math.max(changing, READERS);
    while (augmenters.size() < sharing) augmenters.add(augmentation.augmenter(view.block()));
    threads = sharing == 1 ? null : Executors.newFixedThreadPool(sharing - 1, Gathering::newThread);
  }

  LabeledImages view() {
    return view;
  }

  SeededAugmentation augmentation() {
    return augmentation;
  }

  /** Fills memory with pictures; one thread calls it at a time. */
  void gather(Selection pictures, long target) {
    int sharing = Math.min(augmenters.size(), pictures.size());
    List<Future<?>> others = new ArrayList<>();
    for (int part = 1; part < sharing; part++) {
      int own = part;
      others.add(threads.submit(() -> gather(pictures, target, own, sharing)));
    }
    Throwable failure = null;
    try {
      gather(pictures, target, 0, sharing);
    } catch (RuntimeException | Error e) {
      failure = e;
    }
    // Whatever happens, nobody must write into the memory any more when this ends.
    for (Future<?> other : others) {
      Throwable found = failureOf(other);
      if (failure == null) failure = found;
    }
    if (failure instanceof Error) throw (Error) failure;
    if (failure != null) throw (RuntimeException) failure;
  }

  @Override
  public void close() {
    if (threads != null) threads.shutdown();
  }

  private void gather(Selection pictures, long target, int part, int parts) {
    PixelBlock block = view.block();
    int from = pictures.size() * part / parts;
    int to = pictures.size() * (part + 1) / parts;
    for (int i = from; i < to; i++) {
      long own = target + i * block.rowBytes();
      int row = view.row(pictures.picture(i));
      boolean isChanged = augmentation.changesPictures();
      // A picture in memory is changed on the way; one of a file where it has been read to.
      if (!isChanged || !block.isInMemory()) block.copyTo(row, own);
      if (isChanged) {
        long source = block.isInMemory() ? block.rowAddress(row) : own;
        augmenters.get(part).apply(source, pictures.epoch(), pictures.picture(i), own);
      }
    }
  }

  /** What has made a task fail, once it has ended; null where nothing has. */
  private static Throwable failureOf(Future<?> task) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          task.get();
          return null;
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (ExecutionException e) {
          return e.getCause();
        }
      }
    } finally {
      if (interrupted) Thread.currentThread().interrupt();
    }
  }

  private static Thread newThread(Runnable task) {
    Thread thread = new Thread(task, "sparkdl4j-pictures");
    thread.setDaemon(true);
    return thread;
  }
}
