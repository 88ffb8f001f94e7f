package org.sparkdl4j.plan;

import java.util.function.LongSupplier;
import org.bytedeco.dnnl.memory;
import org.sparkdl4j.onednn.OneDnn;

/**
 * Memory for something that can be computed again: at the end of the block that the values of all
 * plans share, where these leave room. Training's values take the whole block, and predictions need
 * a small part of it, so their copies of the weights mostly cost nothing.
 *
 * <p>What finds no room has memory of its own; but while a network trains, all of these have the
 * same memory, one after the other, since the peak of a training is what a machine must have.
 */
final class SpareMemory {
  /** Of memory that nobody takes. */
  private static final LongSupplier OWN = () -> 0;

  private final Arena shared;
  private final LastTaker whileTraining;
  private final Arena own = new Arena();

  /** Says whether what it has is still its own. */
  private LongSupplier loans = OWN;

  private long loan;

  SpareMemory(Arena shared, LastTaker whileTraining) {
    this.shared = shared;
    this.whileTraining = whileTraining;
  }

  /**
   * Gives an object memory for all that it holds.
   *
   * @param training whether the network is in the middle of a training
   */
  void provide(memory object, boolean training) {
    memory.desc desc = object.get_desc();
    long bytes = desc.get_size();
    desc.deallocate();
    long address = shared.lend(bytes);
    if (address != 0) {
      loans = shared::loan;
    } else if (training) {
      address = whileTraining.take(bytes);
      loans = whileTraining::turn;
    } else {
      own.require(bytes);
      address = own.address();
      loans = OWN;
    }
    if (loans != OWN) own.close();
    loan = loans.getAsLong();
    OneDnn.point(object, address);
  }

  /** Whether the memory was taken since. */
  boolean isLost() {
    return loans.getAsLong() != loan;
  }

  /** Gives the memory back; another object may be provided for later. */
  void free() {
    own.close();
    loans = OWN;
    loan = OWN.getAsLong();
  }
}
