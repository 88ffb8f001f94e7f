package org.sparkdl4j.plan;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.dnnl.memory;
import org.sparkdl4j.onednn.NativeAddress;
import org.sparkdl4j.onednn.NativeObjects;
import org.sparkdl4j.onednn.OneDnn;

/**
 * The values between the steps of a plan, placed in one block: two values share memory unless they
 * live at the same time, from the step that first uses them to the one that last does.
 *
 * <p>The placement goes from the largest value to the smallest and puts each where the first gap is
 * large enough (Pisarchyk and Lee, Efficient Memory Management for Deep Neural Net Inference, 2020,
 * section 5.2).
 */
final class Buffers {
  private static final class Value {
    private final List<memory> views = new ArrayList<>();
    private final long bytes;
    private int first = Integer.MAX_VALUE;
    private int last = -1;
    private long offset;

    private Value(long bytes) {
      this.bytes = Arena.aligned(bytes);
    }

    private boolean livesWith(Value other) {
      return first <= other.last && other.first <= last;
    }
  }

  private final NativeObjects owner;
  private final Arena arena;
  private final List<Value> values = new ArrayList<>();
  private final Map<memory, Value> valueOf = new IdentityHashMap<>();
  private long bytes;
  private long boundTo = -1;

  Buffers(NativeObjects owner, Arena arena) {
    this.owner = owner;
    this.arena = arena;
  }

  /** A value; it has no memory before {@link #bind}. */
  memory value(memory.desc desc) {
    Value value = new Value(desc.get_size());
    values.add(value);
    return view(value, desc);
  }

  /** The memory of a value under another description, which may be one of a part of it. */
  memory view(memory of, memory.desc desc) {
    return view(valueOf.get(of), desc);
  }

  /** Whether the memory is one of a value, and not one with an address of its own. */
  boolean isValue(memory object) {
    return valueOf.containsKey(object);
  }

  /** Says that a value is used at a time; other memory is left alone. */
  void use(memory object, int time) {
    Value value = valueOf.get(object);
    if (value == null) return;
    value.first = Math.min(value.first, time);
    value.last = Math.max(value.last, time);
  }

  /** Places all values; nothing may be added afterwards. */
  void place() {
    List<Value> ordered = new ArrayList<>(values);
    ordered.removeIf(value -> value.last < 0);
    ordered.sort(Comparator.comparingLong((Value value) -> -value.bytes));
    List<Value> placed = new ArrayList<>();
    for (Value value : ordered) {
      long offset = 0;
      // The values placed are in the order of their offsets.
      for (Value other : placed) {
        if (!value.livesWith(other)) continue;
        if (other.offset >= offset + value.bytes) break;
        offset = Math.max(offset, other.offset + other.bytes);
      }
      value.offset = offset;
      int at = 0;
      while (at < placed.size() && placed.get(at).offset <= offset) at++;
      placed.add(at, value);
      bytes = Math.max(bytes, offset + value.bytes);
    }
  }

  /** Bytes that the block must have. */
  long bytes() {
    return bytes;
  }

  /** The most bytes of values that live at the same time: no placement needs less. */
  long minimum() {
    long most = 0;
    for (Value start : values) {
      if (start.last < 0) continue;
      long sum = 0;
      for (Value other : values) {
        if (other.first <= start.first && start.first <= other.last) sum += other.bytes;
      }
      most = Math.max(most, sum);
    }
    return most;
  }

  /** Points all values into the block, where it is now; returns whether it has moved. */
  boolean bind() {
    arena.require(bytes);
    if (arena.address() == boundTo) return false;
    boundTo = arena.address();
    for (Value value : values) {
      for (memory view : value.views) OneDnn.point(view, boundTo + value.offset);
    }
    return true;
  }

  private memory view(Value value, memory.desc desc) {
    memory object = owner.keep(new memory(desc, OneDnn.ENGINE, new NativeAddress(0)));
    value.views.add(object);
    valueOf.put(object, value);
    return object;
  }
}
