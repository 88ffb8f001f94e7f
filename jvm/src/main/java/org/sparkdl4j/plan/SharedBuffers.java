package org.sparkdl4j.plan;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.memory;
import org.sparkdl4j.dataset.NativeAddress;

/**
 * Memory of values that do not live at the same time: every slot is one block, as large as the
 * largest value in it.
 */
final class SharedBuffers {
  private final NativeObjects owner;
  private final List<List<memory>> users = new ArrayList<>();
  private final List<Long> sizes = new ArrayList<>();

  SharedBuffers(NativeObjects owner, int slots) {
    this.owner = owner;
    for (int i = 0; i < slots; i++) {
      users.add(new ArrayList<>());
      sizes.add(0L);
    }
  }

  /** A value in a slot; it has no memory before {@link #allocate}. */
  memory value(int slot, memory.desc desc) {
    memory value = owner.keep(new memory(desc, OneDnn.ENGINE, new NativeAddress(0)));
    users.get(slot).add(value);
    sizes.set(slot, Math.max(sizes.get(slot), desc.get_size()));
    return value;
  }

  /** Gives all values their memory. */
  void allocate() {
    for (int slot = 0; slot < users.size(); slot++) {
      if (sizes.get(slot) == 0) continue;
      long[] bytes = {sizes.get(slot)};
      memory.desc desc = new memory.desc(bytes, memory.data_type.u8, memory.format_tag.x);
      long address = OneDnn.address(owner.keep(new memory(desc, OneDnn.ENGINE)));
      for (memory value : users.get(slot)) OneDnn.point(value, address);
    }
  }

  /** Bytes in all slots. */
  long bytes() {
    long sum = 0;
    for (long size : sizes) sum += size;
    return sum;
  }
}
