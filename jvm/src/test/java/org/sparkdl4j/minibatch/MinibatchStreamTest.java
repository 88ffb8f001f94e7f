package org.sparkdl4j.minibatch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sparkdl4j.augmentation.SeededAugmentation;
import org.sparkdl4j.dataset.LabeledImages;
import org.sparkdl4j.dataset.PixelBlock;
import org.sparkdl4j.dataset.ScalerKind;
import org.sparkdl4j.dataset.StandardScaler;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;

@Timeout(60)
class MinibatchStreamTest {
  private static final int[] SHAPE = {1, 1, 1};

  private final PixelBlock block = PixelBlock.allocate(100, 1, 1, 1);
  private final LabeledImages view = new LabeledImages(block, null, null, List.of());
  private final StandardScaler none = StandardScaler.fit(ScalerKind.NONE, view);

  MinibatchStreamTest() {
    for (int i = 0; i < 100; i++) block.write(i, new byte[] {(byte) i});
  }

  @AfterEach
  void close() {
    block.close();
  }

  @Test
  void givesMinibatchesInOrderWhateverTheSpeed() throws InterruptedException {
    try (MinibatchStream stream = stream(tens(10).iterator())) {
      for (int i = 0; i < 10; i++) {
        if (i == 5) Thread.sleep(50);
        Minibatch minibatch = stream.next(() -> false);
        assertEquals(i, minibatch.number());
        float[] values = new float[10];
        minibatch.features().get(values);
        for (int k = 0; k < 10; k++) assertEquals(10 * i + k, values[k]);
      }
      assertNull(stream.next(() -> false));
      assertNull(stream.next(() -> false));
      assertEquals(10, stream.waits().steps());
    }
  }

  @Test
  void countsTheStepsThatHadToWait() throws InterruptedException {
    CountDownLatch second = new CountDownLatch(1);
    Iterator<Selection> late =
        tens(3).peek(selection -> awaitIf(selection.number() == 1, second)).iterator();
    try (MinibatchStream stream = stream(late)) {
      assertNotNull(stream.next(() -> false));
      InputWaits first = stream.waits();
      Thread opener =
          new Thread(
              () -> {
                sleep(100);
                second.countDown();
              });
      opener.start();
      assertNotNull(stream.next(() -> false));
      opener.join();
      InputWaits waited = stream.waits().since(first);
      assertEquals(1, waited.steps());
      assertEquals(1, waited.waits());
      assertTrue(waited.seconds() >= 0.05 && waited.seconds() < 30, "" + waited.seconds());
      // By now the third one is ready.
      sleep(100);
      assertNotNull(stream.next(() -> false));
      assertEquals(1, stream.waits().since(first).waits());
      assertEquals(2, stream.waits().since(first).steps());
      assertEquals(3 + 4, new InputWaits(3, 1, 1).plus(new InputWaits(4, 0, 0)).steps());
    }
  }

  @Test
  void failuresOfTheSideThreadComeAsTheyAreAfterTheMinibatchesBefore() {
    for (Throwable thrown :
        List.of(
            new SparkDl4jException(ErrorCode.DATA_DAMAGED, "x"),
            new OutOfMemoryError("y"),
            new IllegalStateException())) {
      Iterator<Selection> failing =
          tens(4)
              .peek(
                  selection -> {
                    if (selection.number() < 2) return;
                    if (thrown instanceof Error) throw (Error) thrown;
                    throw (RuntimeException) thrown;
                  })
              .iterator();
      try (MinibatchStream stream = stream(failing)) {
        assertEquals(0, stream.next(() -> false).number());
        assertEquals(1, stream.next(() -> false).number());
        assertSame(thrown, assertThrows(Throwable.class, () -> stream.next(() -> false)));
        assertSame(thrown, assertThrows(Throwable.class, () -> stream.next(() -> false)));
      }
    }
  }

  @Test
  void aPictureThatIsNotThereIsAFailureToo() {
    try (MinibatchStream stream = stream(List.of(Selection.range(0, 95, 10)).iterator())) {
      SparkDl4jException e = assertThrows(SparkDl4jException.class, () -> stream.next(() -> false));
      assertEquals(ErrorCode.DATA_SHAPE, e.code());
    }
  }

  @Test
  void cancellingEndsTheWait() {
    CountDownLatch never = new CountDownLatch(1);
    AtomicBoolean cancelled = new AtomicBoolean();
    try (MinibatchStream stream =
        stream(tens(1).peek(selection -> awaitIf(true, never)).iterator())) {
      new Thread(
              () -> {
                sleep(50);
                cancelled.set(true);
              })
          .start();
      assertNull(stream.next(cancelled::get));
      assertEquals(0, stream.waits().steps());
      // Closing does not wait for the selection that never comes.
    }
  }

  @Test
  void closingSendsAWaiterAway() throws InterruptedException {
    CountDownLatch never = new CountDownLatch(1);
    MinibatchStream stream = stream(tens(1).peek(selection -> awaitIf(true, never)).iterator());
    AtomicReference<Throwable> seen = new AtomicReference<>();
    Thread waiter =
        new Thread(
            () -> {
              try {
                stream.next(() -> false);
              } catch (SparkDl4jException e) {
                seen.set(e);
              }
            });
    waiter.start();
    sleep(50);
    stream.close();
    waiter.join(TimeUnit.SECONDS.toMillis(30));
    assertFalse(waiter.isAlive());
    assertEquals(ErrorCode.TRAINING_STATE, ((SparkDl4jException) seen.get()).code());
    assertThrows(SparkDl4jException.class, () -> stream.next(() -> false));
    stream.close();
  }

  @Test
  void interruptingAWaiterSendsItAway() {
    CountDownLatch never = new CountDownLatch(1);
    try (MinibatchStream stream =
        stream(tens(1).peek(selection -> awaitIf(true, never)).iterator())) {
      Thread.currentThread().interrupt();
      SparkDl4jException e = assertThrows(SparkDl4jException.class, () -> stream.next(() -> false));
      assertEquals(ErrorCode.TRAINING_STATE, e.code());
    }
    assertTrue(Thread.interrupted());
  }

  @Test
  void closingFreesMemoryAndThread() {
    long before = Pointer.totalBytes();
    try (MinibatchStream stream = stream(tens(10).iterator())) {
      assertNotNull(stream.next(() -> false));
      assertTrue(Pointer.totalBytes() > before);
    }
    none.close();
    assertEquals(before, Pointer.totalBytes());
    assertEquals(
        0,
        Thread.getAllStackTraces().keySet().stream()
            .filter(thread -> thread.getName().equals("sparkdl4j-input"))
            .count());
  }

  @Test
  void anotherShapeIsRefusedAndLeavesNothingBehind() {
    long before = Pointer.totalBytes();
    assertThrows(
        SparkDl4jException.class,
        () ->
            new MinibatchStream(
                view,
                none,
                new int[] {1, 1, 3},
                SHAPE,
                10,
                tens(1).iterator(),
                SeededAugmentation.NONE,
                1));
    assertEquals(before, Pointer.totalBytes());
  }

  @Test
  void rangesAreWhatTheySay() {
    Selection range = Selection.range(3, 5, 2);
    assertArrayEquals(new int[] {5, 6}, new int[] {range.picture(0), range.picture(1)});
    assertEquals(2, range.size());
  }

  private MinibatchStream stream(Iterator<Selection> selections) {
    return new MinibatchStream(
        view, none, SHAPE, SHAPE, 10, selections, SeededAugmentation.NONE, 1);
  }

  private static Stream<Selection> tens(int count) {
    return IntStream.range(0, count).mapToObj(i -> Selection.range(i, 10 * i, 10));
  }

  private static void awaitIf(boolean condition, CountDownLatch latch) {
    if (!condition) return;
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void sleep(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
