package org.sparkdl4j.dataset;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;
import org.sparkdl4j.image.DamagedImage;
import org.sparkdl4j.image.DamagedImageException;
import org.sparkdl4j.image.DecodeOptions;
import org.sparkdl4j.image.ImageDecoder;

/**
 * Decodes picture files into a block, side by side. What is read does not depend on the threads.
 */
public final class ImageLoader {
  /** In place of a share: all may be damaged, as in a piece of a larger whole. */
  public static final double ANY_DAMAGED = Double.POSITIVE_INFINITY;

  private static final long PROGRESS_MILLIS = 100;

  private final ImageDecoder decoder;
  private final int threads;
  private volatile boolean cancelled;

  /** Is told how many pictures are done; called by the thread that called {@link #load}. */
  public interface Progress {
    void report(int done, int total);
  }

  /** Where decoded pictures go. Many threads call it at a time, about different pictures. */
  interface Sink {
    /** Memory for the picture of a file, which the calling thread fills. */
    ByteBuffer memory(int number);

    /** A good picture fills that memory, whose position is at its end. */
    void keep(int number, ByteBuffer memory);
  }

  /**
   * A loader.
   *
   * @param options size and kind of the result
   * @param threads pictures decoded at the same time; 0 for all cores
   * @throws SparkDl4jException PARAMETER_RANGE or NATIVES_MISSING
   */
  public ImageLoader(DecodeOptions options, int threads) {
    if (threads < 0) {
      throw new SparkDl4jException(
              ErrorCode.PARAMETER_RANGE, "threads must be at least 0, but is " + threads)
          .with("parameter", "threads");
    }
    this.decoder = new ImageDecoder(options);
    this.threads = threads > 0 ? threads : Runtime.getRuntime().availableProcessors();
  }

  /** What the pictures become. */
  DecodeOptions options() {
    return decoder.options();
  }

  /** Makes a running {@link #load} return soon, and every later one at once. */
  public void cancel() {
    cancelled = true;
  }

  /**
   * Decodes files.
   *
   * @param files the files, in the order in which their pictures are wanted
   * @param target a block with the type, size and channels of the options and a row for every file;
   *     good pictures fill its first rows, what the other rows hold is undefined
   * @param maxDamaged largest share of damaged files, 0 to 1, or {@link #ANY_DAMAGED}
   * @param progress told about ten times a second, and at the end; null for none
   * @return which files are good, and what is wrong with the others; empty when cancelled
   * @throws SparkDl4jException DATA_DAMAGED above {@code maxDamaged}, DATA_EMPTY when there are no
   *     files or none is good, DATA_SHAPE, DATA_TYPE, OUT_OF_MEMORY
   */
  public Optional<LoadedImages> load(
      List<Path> files, PixelBlock target, double maxDamaged, Progress progress) {
    return load(EncodedPictures.ofFiles(files), target, maxDamaged, progress);
  }

  /** Decodes pictures likewise, wherever they are. */
  public Optional<LoadedImages> load(
      EncodedPictures files, PixelBlock target, double maxDamaged, Progress progress) {
    checkTarget(files, target);
    DamagedImage[] findings = new DamagedImage[files.size()];
    int[] all = IntStream.range(0, files.size()).toArray();
    if (!decodeAll(files, all, new BlockRows(target), findings, progress)) return Optional.empty();
    List<DamagedImage> damaged = new ArrayList<>();
    int[] good = new int[files.size()];
    int kept = 0;
    for (int i = 0; i < findings.length; i++) {
      if (findings[i] != null) {
        damaged.add(findings[i]);
      } else {
        target.copyRow(i, kept);
        good[kept++] = i;
      }
    }
    if (maxDamaged != ANY_DAMAGED) DamagedShare.check(damaged, files.size(), maxDamaged);
    return Optional.of(new LoadedImages(Arrays.copyOf(good, kept), damaged));
  }

  /**
   * Decodes some of the files.
   *
   * @param wanted their numbers
   * @param findings at the number of a file, what is wrong with it, if anything is
   * @return whether everything was decoded, rather than cancelled
   */
  boolean decodeAll(
      EncodedPictures files, int[] wanted, Sink sink, DamagedImage[] findings, Progress progress) {
    AtomicInteger next = new AtomicInteger();
    AtomicInteger done = new AtomicInteger();
    AtomicReference<Throwable> failure = new AtomicReference<>();
    int workers = Math.min(threads, wanted.length);
    CountDownLatch running = new CountDownLatch(workers);
    Runnable work =
        () -> {
          try (EncodedPictures.Reader reader = files.reader()) {
            while (!cancelled && failure.get() == null) {
              int i = next.getAndIncrement();
              if (i >= wanted.length) break;
              int number = wanted[i];
              findings[number] = decode(files.name(number), reader, sink, number);
              done.incrementAndGet();
            }
          } catch (RuntimeException | Error e) {
            failure.compareAndSet(null, e);
          } finally {
            running.countDown();
          }
        };
    for (int i = 0; i < workers; i++) {
      Thread thread = new Thread(work, "sparkdl4j-decoder-" + i);
      thread.setDaemon(true);
      thread.start();
    }
    await(running, progress, done, wanted.length);
    if (failure.get() != null) throw failed(failure.get());
    if (done.get() < wanted.length) return false;
    if (progress != null) progress.report(wanted.length, wanted.length);
    return true;
  }

  /** Waits for the workers in any case: they write into memory that the caller may free. */
  private void await(CountDownLatch running, Progress progress, AtomicInteger done, int total) {
    boolean interrupted = false;
    RuntimeException thrown = null;
    boolean finished = false;
    while (!finished) {
      try {
        finished = running.await(PROGRESS_MILLIS, TimeUnit.MILLISECONDS);
        if (!finished && progress != null && thrown == null) progress.report(done.get(), total);
      } catch (InterruptedException e) {
        interrupted = true;
        cancelled = true;
      } catch (RuntimeException e) {
        thrown = e;
        cancelled = true;
      }
    }
    if (interrupted) Thread.currentThread().interrupt();
    if (thrown != null) throw thrown;
  }

  private DamagedImage decode(String name, EncodedPictures.Reader reader, Sink sink, int number) {
    try {
      ByteBuffer memory = sink.memory(number);
      decoder.decode(reader.read(number), memory);
      sink.keep(number, memory);
      return null;
    } catch (DamagedImageException e) {
      return new DamagedImage(name, e.reason(), e.detail());
    }
  }

  private void checkTarget(EncodedPictures files, PixelBlock target) {
    DecodeOptions options = decoder.options();
    if (files.size() == 0) {
      throw new SparkDl4jException(ErrorCode.DATA_EMPTY, "there are no files to read");
    }
    PixelType type = PixelType.of(options);
    if (target.type() != type) {
      throw new SparkDl4jException(
          ErrorCode.DATA_TYPE, "these pictures are read into " + type + ", not " + target.type());
    }
    if (target.count() < files.size()
        || target.height() != options.height()
        || target.width() != options.width()
        || target.channels() != options.channels()) {
      throw new SparkDl4jException(
          ErrorCode.DATA_SHAPE,
          "the block ("
              + target.count()
              + ", "
              + target.height()
              + ", "
              + target.width()
              + ", "
              + target.channels()
              + ") does not fit "
              + files.size()
              + " pictures of "
              + options.height()
              + "x"
              + options.width()
              + "x"
              + options.channels());
    }
  }

  private static RuntimeException failed(Throwable failure) {
    if (failure instanceof OutOfMemoryError) {
      return new SparkDl4jException(
          ErrorCode.OUT_OF_MEMORY,
          "there is not enough memory to decode the pictures: use fewer threads, a smaller"
              + " max_pixels or a larger heap ("
              + failure.getMessage()
              + ")",
          failure);
    }
    if (failure instanceof SparkDl4jException) return (SparkDl4jException) failure;
    return new SparkDl4jException(
        ErrorCode.INTERNAL, "decoding failed unexpectedly: " + failure, failure);
  }

  /** The rows of a block in memory. */
  private static final class BlockRows implements Sink {
    private final PixelBlock block;

    private BlockRows(PixelBlock block) {
      this.block = block;
    }

    @Override
    public ByteBuffer memory(int number) {
      return block.row(number);
    }

    @Override
    public void keep(int number, ByteBuffer memory) {
      // It is there already.
    }
  }
}
