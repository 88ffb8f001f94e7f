package org.sparkdl4j.plan;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.memory;
import org.bytedeco.javacpp.FloatPointer;
import org.sparkdl4j.onednn.FloatMemory;
import org.sparkdl4j.onednn.NativeAddress;
import org.sparkdl4j.onednn.NativeObjects;
import org.sparkdl4j.onednn.OneDnn;
import org.sparkdl4j.onednn.Step;

/**
 * DL4J's parameters and gradients as oneDNN sees them: in place where the plain format serves, else
 * as copies in oneDNN's own formats, which all plans share that want the same.
 */
final class Weights {
  private final long parameters;
  private final long gradients;
  private final Arena values;
  private final LastTaker whileTraining = new LastTaker();
  private final List<Copy> copies = new ArrayList<>();
  private boolean isTraining;

  /** Goes up whenever the parameters change. */
  private long version;

  /** The version since which nothing but training has changed them. */
  private long frozenVersion;

  /**
   * The parameters and gradients at two addresses, in DL4J's flattened order.
   *
   * @param values the block whose spare part what follows from the parameters may have
   */
  Weights(long parameters, long gradients, Arena values) {
    this.parameters = parameters;
    this.gradients = gradients;
    this.values = values;
  }

  /** Memory for something that follows from the parameters. */
  SpareMemory spareMemory() {
    return new SpareMemory(values, whileTraining);
  }

  /** Says that a training has begun, in which memory counts more than a prediction's time. */
  void beginTraining() {
    isTraining = true;
  }

  /** Says that nobody trains any more. */
  void endTraining() {
    isTraining = false;
    whileTraining.close();
  }

  /** Whether the network is in the middle of a training. */
  boolean isTraining() {
    return isTraining;
  }

  /** Says that the parameters have changed, so that copies are out of date. */
  void changed() {
    version++;
    frozenVersion = version;
  }

  /** Says that training has changed those parameters that it does not leave as they are. */
  void trained() {
    version++;
  }

  /** A number that changes with the parameters. */
  long version() {
    return version;
  }

  /** A number that changes with the parameters that training leaves as they are. */
  long frozenVersion() {
    return frozenVersion;
  }

  /** The parameters from an offset on, in the order of DL4J's view. */
  FloatPointer parameters(long offset, long length) {
    return FloatMemory.at(parameters + offset * Float.BYTES, length);
  }

  /** The gradients from an offset on, in the order of DL4J's view. */
  FloatPointer gradients(long offset, long length) {
    return FloatMemory.at(gradients + offset * Float.BYTES, length);
  }

  memory parameters(NativeObjects owner, memory.desc plain, long offset) {
    return at(owner, plain, parameters, offset);
  }

  memory gradients(NativeObjects owner, memory.desc plain, long offset) {
    return at(owner, plain, gradients, offset);
  }

  /** A copy of parameters in another format; {@link Copy#release} gives it back. */
  Copy copy(String layer, memory.desc plain, long offset, memory.desc wanted) {
    for (Copy copy : copies) {
      if (copy.offset == offset && copy.desc.equals(wanted)) {
        copy.users++;
        return copy;
      }
    }
    Copy copy = new Copy(layer, plain, offset, wanted);
    copies.add(copy);
    return copy;
  }

  private static memory at(NativeObjects owner, memory.desc plain, long start, long offset) {
    return owner.keep(
        new memory(plain, OneDnn.ENGINE, new NativeAddress(start + offset * Float.BYTES)));
  }

  /** Parameters in a format of oneDNN's. */
  final class Copy extends DerivedParameters {
    private final NativeObjects objects = new NativeObjects();
    private final SpareMemory spare = spareMemory();
    private final long offset;
    private final memory.desc desc;
    private final memory memory;
    private final Step refresh;
    private int users = 1;

    private Copy(String layer, memory.desc plain, long offset, memory.desc wanted) {
      this.offset = offset;
      desc = objects.keep(new memory.desc(wanted.data()));
      memory = objects.keep(new memory(desc, OneDnn.ENGINE, new NativeAddress(0)));
      refresh =
          Step.reorder(
              objects, layer + ".weights", plain, parameters(objects, plain, offset), desc, memory);
    }

    memory memory() {
      return memory;
    }

    @Override
    void derive() {
      spare.provide(memory, isTraining);
      refresh.run();
    }

    @Override
    boolean isLost() {
      return spare.isLost();
    }

    @Override
    void free() {
      spare.free();
    }

    @Override
    void release() {
      if (--users > 0) return;
      copies.remove(this);
      spare.free();
      objects.close();
    }
  }
}
