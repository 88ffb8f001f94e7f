package org.sparkdl4j.serving;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.sparkdl4j.error.SparkDl4jException;

/** One picture on its way through a {@link MicroBatcher}. */
final class QueuedPicture {
  /** The pictures that were given together, and are answered together. */
  static final class Request {
    final CompletableFuture<List<PictureResult>> answer = new CompletableFuture<>();
    private final AtomicReferenceArray<PictureResult> results;
    private final AtomicInteger missing;

    Request(int pictures) {
      results = new AtomicReferenceArray<>(pictures);
      missing = new AtomicInteger(pictures);
    }

    private void put(int index, PictureResult result) {
      results.set(index, result);
      if (missing.decrementAndGet() > 0) return;
      PictureResult[] all = new PictureResult[results.length()];
      for (int i = 0; i < all.length; i++) all[i] = results.get(i);
      answer.complete(List.of(all));
    }
  }

  private final Request request;
  private final int index;
  private byte[] encoded;

  /** Where it lies after it was decoded. */
  int slot;

  QueuedPicture(Request request, int index, byte[] encoded) {
    this.request = request;
    this.index = index;
    this.encoded = encoded;
  }

  /** The file's content, which it lets go of. */
  byte[] takeEncoded() {
    byte[] taken = encoded;
    encoded = null;
    return taken;
  }

  /** Whether nobody waits for it any more. */
  boolean isGivenUp() {
    return request.answer.isDone();
  }

  void answer(PictureResult result) {
    request.put(index, result);
  }

  void answer(SparkDl4jException problem) {
    answer(PictureResult.of(problem));
  }
}
