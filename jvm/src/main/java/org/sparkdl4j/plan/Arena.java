package org.sparkdl4j.plan;

import org.bytedeco.dnnl.memory;
import org.sparkdl4j.onednn.NativeObjects;
import org.sparkdl4j.onednn.OneDnn;

/**
 * One block of memory, such as that for the values of all plans of a network, which run one at a
 * time.
 */
final class Arena implements AutoCloseable {
  private NativeObjects objects = new NativeObjects();
  private long bytes;
  private long address;

  /** Makes the block at least so large; it may move. */
  void require(long wanted) {
    if (wanted <= bytes) return;
    objects.close();
    objects = new NativeObjects();
    long[] size = {wanted};
    memory.desc desc =
        objects.keep(new memory.desc(size, memory.data_type.u8, memory.format_tag.x));
    address = OneDnn.address(objects.keep(new memory(desc, OneDnn.ENGINE)));
    bytes = wanted;
  }

  /** Makes the block all of an object's memory. */
  void provide(memory object) {
    memory.desc desc = object.get_desc();
    require(desc.get_size());
    desc.deallocate();
    OneDnn.point(object, address);
  }

  /** Where the block starts now; 0 when it has no memory. */
  long address() {
    return address;
  }

  long bytes() {
    return bytes;
  }

  /** Gives the block back; asked for again, there is another one. */
  @Override
  public void close() {
    objects.close();
    bytes = 0;
    address = 0;
  }
}
