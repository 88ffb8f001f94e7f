package org.sparkdl4j.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class NativeGarbageTest {
  private final AtomicLong objects = new AtomicLong(1_000);
  private final AtomicInteger collections = new AtomicInteger();
  private final NativeGarbage garbage =
      new NativeGarbage(
          objects::get,
          () -> {
            collections.incrementAndGet();
            objects.set(2_000);
          });

  @Test
  void collectsOnlyWhenManyObjectsHaveGathered() {
    garbage.collectWhenMuch();
    objects.set(1_000 + NativeGarbage.LIMIT - 1);
    garbage.collectWhenMuch();
    assertEquals(0, collections.get());
    objects.incrementAndGet();
    garbage.collectWhenMuch();
    assertEquals(1, collections.get());
    assertEquals(2_000, objects.get());
    garbage.collectWhenMuch();
    assertEquals(1, collections.get());
  }

  @Test
  void objectsThatGoByThemselvesLowerTheMark() {
    garbage.collectWhenMuch();
    objects.set(500);
    garbage.collectWhenMuch();
    objects.set(500 + NativeGarbage.LIMIT);
    garbage.collectWhenMuch();
    assertEquals(1, collections.get());
  }
}
