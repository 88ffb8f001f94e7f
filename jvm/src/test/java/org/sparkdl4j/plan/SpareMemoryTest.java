package org.sparkdl4j.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.format_tag;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.factory.Nd4j;
import org.sparkdl4j.onednn.NativeAddress;
import org.sparkdl4j.onednn.OneDnn;

class SpareMemoryTest {
  static {
    // Before oneDNN: see Threads.
    Nd4j.getEnvironment();
  }

  private final Arena arena = new Arena();
  private final LastTaker whileTraining = new LastTaker();

  @AfterEach
  void close() {
    arena.close();
    whileTraining.close();
  }

  @Test
  void liesBehindTheValuesWhereThereIsRoom() {
    arena.require(10_000);
    arena.shrink();
    arena.require(2_000);
    SpareMemory first = new SpareMemory(arena, whileTraining);
    SpareMemory second = new SpareMemory(arena, whileTraining);
    long end = arena.address() + arena.bytes();
    assertEquals(end - 4032, provide(first, 1000));
    assertEquals(end - 4032 - 64, provide(second, 5));
    assertFalse(first.isLost());

    // A value more than the room leaves: nothing of it may be written over.
    SpareMemory third = new SpareMemory(arena, whileTraining);
    long own = provide(third, 1000);
    assertTrue(own < arena.address() || own >= end, "it has memory of its own");
    assertFalse(third.isLost());
    third.free();
  }

  @Test
  void isLostWhenValuesNeedIt() {
    arena.require(10_000);
    arena.shrink();
    arena.require(2_000);
    SpareMemory spare = new SpareMemory(arena, whileTraining);
    provide(spare, 1000);
    arena.require(arena.bytes() - 4032);
    assertFalse(spare.isLost());
    arena.require(arena.bytes() - 4031);
    assertTrue(spare.isLost());
    spare.free();
    assertFalse(spare.isLost());
  }

  @Test
  void hasMemoryOfItsOwnWhileValuesTakeTheBlock() {
    arena.require(10_000);
    SpareMemory spare = new SpareMemory(arena, whileTraining);
    long address = provide(spare, 1000);
    assertTrue(address < arena.address() || address >= arena.address() + arena.bytes());
    arena.require(20_000);
    assertFalse(spare.isLost());
    spare.free();
  }

  @Test
  void isTheNextOnesWhileTheNetworkTrains() {
    arena.require(10_000);
    SpareMemory first = new SpareMemory(arena, whileTraining);
    SpareMemory second = new SpareMemory(arena, whileTraining);
    long address = provide(first, 1000, true);
    assertFalse(first.isLost());
    assertEquals(address, provide(second, 900, true));
    assertTrue(first.isLost());
    assertFalse(second.isLost());
    whileTraining.close();
    assertTrue(second.isLost());
    long own = provide(second, 900);
    provide(first, 1000, true);
    assertFalse(second.isLost());
    assertTrue(own != 0);
    second.free();
    first.free();
    assertFalse(first.isLost());
  }

  private static long provide(SpareMemory spare, long floats) {
    return provide(spare, floats, false);
  }

  private static long provide(SpareMemory spare, long floats, boolean training) {
    memory.desc desc = OneDnn.desc(new long[] {floats}, format_tag.x);
    memory object = new memory(desc, OneDnn.ENGINE, new NativeAddress(0));
    spare.provide(object, training);
    return OneDnn.address(object);
  }
}
