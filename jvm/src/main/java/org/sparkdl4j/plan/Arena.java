package org.sparkdl4j.plan;

import org.bytedeco.dnnl.memory;
import org.sparkdl4j.onednn.NativeObjects;
import org.sparkdl4j.onednn.OneDnn;

/**
 * One block of memory, such as that for the values of all plans of a network, which run one at a
 * time.
 */
final class Arena implements AutoCloseable {
  /** Cache lines, and the widest vectors. */
  private static final long ALIGNMENT = 64;

  private NativeObjects objects = new NativeObjects();
  private long bytes;
  private long address;

  /** What the values have needed since {@link #shrink}; they start at the beginning. */
  private long required;

  /** How much is lent, from the end on. */
  private long lent;

  private long loan;

  /** Makes the block at least so large; it may move, and what is lent may be lost. */
  void require(long wanted) {
    required = Math.max(required, wanted);
    if (wanted <= bytes - lent) return;
    loan++;
    lent = 0;
    if (wanted <= bytes) return;
    objects.close();
    objects = new NativeObjects();
    long[] size = {aligned(wanted)};
    memory.desc desc =
        objects.keep(new memory.desc(size, memory.data_type.u8, memory.format_tag.x));
    address = OneDnn.address(objects.keep(new memory(desc, OneDnn.ENGINE)));
    bytes = size[0];
  }

  /** Says that from now on values need less, so that there may be something to lend. */
  void shrink() {
    required = 0;
  }

  /**
   * Lends a part that the values leave free, until they need it.
   *
   * @return its address; 0 where there is no room
   */
  long lend(long wanted) {
    if (required + lent + aligned(wanted) > bytes) return 0;
    lent += aligned(wanted);
    return address + bytes - lent;
  }

  /** A number that changes when what is lent is lost. */
  long loan() {
    return loan;
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
    required = 0;
    lent = 0;
    loan++;
  }

  /** So many bytes, or a few more, that what comes next is aligned too. */
  static long aligned(long bytes) {
    return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }
}
