package org.sparkdl4j.plan;

import org.bytedeco.dnnl.memory;
import org.sparkdl4j.onednn.OneDnn;

/**
 * Memory for something that can be computed again: at the end of the block that the values of all
 * plans share, where these leave room, else of its own. Training's values take the whole block, and
 * predictions need a small part of it, so their copies of the weights mostly cost nothing.
 */
final class SpareMemory {
  private static final long OWN = -1;

  private final Arena shared;
  private final Arena own = new Arena();

  /** Which of the shared block's loans it has, or {@link #OWN}. */
  private long loan = OWN;

  SpareMemory(Arena shared) {
    this.shared = shared;
  }

  /** Gives an object memory for all that it holds. */
  void provide(memory object) {
    memory.desc desc = object.get_desc();
    long bytes = desc.get_size();
    desc.deallocate();
    long address = shared.lend(bytes);
    if (address == 0) {
      own.require(bytes);
      address = own.address();
      loan = OWN;
    } else {
      own.close();
      loan = shared.loan();
    }
    OneDnn.point(object, address);
  }

  /** Whether values have taken the memory back since. */
  boolean isLost() {
    return loan != OWN && loan != shared.loan();
  }

  /** Gives the memory back; another object may be provided for later. */
  void free() {
    own.close();
    loan = OWN;
  }
}
