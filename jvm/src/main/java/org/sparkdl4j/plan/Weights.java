package org.sparkdl4j.plan;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SCRATCHPAD;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.dnnl.reorder;
import org.sparkdl4j.dataset.NativeAddress;

/**
 * DL4J's parameters and gradients as oneDNN sees them: in place where the plain format serves, else
 * as copies in oneDNN's own formats, which all plans share that want the same.
 */
final class Weights {
  private final long parameters;
  private final long gradients;
  private final List<Copy> copies = new ArrayList<>();

  /** Goes up whenever the parameters change. */
  private long version;

  /** The parameters and gradients at two addresses, in DL4J's flattened order. */
  Weights(long parameters, long gradients) {
    this.parameters = parameters;
    this.gradients = gradients;
  }

  /** Says that the parameters have changed, so that copies are out of date. */
  void changed() {
    version++;
  }

  /** A number that changes with the parameters. */
  long version() {
    return version;
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
  final class Copy {
    private final NativeObjects objects = new NativeObjects();
    private final long offset;
    private final memory.desc desc;
    private final memory memory;
    private final Step refresh;
    private int users = 1;
    private long copied = -1;

    private Copy(String layer, memory.desc plain, long offset, memory.desc wanted) {
      this.offset = offset;
      desc = objects.keep(new memory.desc(wanted.data()));
      memory = objects.keep(new memory(desc, OneDnn.ENGINE));
      primitive_attr attributes = new primitive_attr();
      attributes.set_scratchpad_mode(org.bytedeco.dnnl.global.dnnl.scratchpad_mode.user);
      reorder.primitive_desc description =
          new reorder.primitive_desc(OneDnn.ENGINE, plain, OneDnn.ENGINE, desc, attributes, false);
      refresh =
          new Step(
              objects,
              layer + ".weights",
              OneDnn.implementation(description),
              new reorder(description),
              DNNL_ARG_SRC,
              parameters(objects, plain, offset),
              DNNL_ARG_DST,
              memory,
              DNNL_ARG_SCRATCHPAD,
              objects.keep(new memory(description.scratchpad_desc(), OneDnn.ENGINE)));
    }

    memory memory() {
      return memory;
    }

    /** Brings the copy up to date with DL4J's parameters. */
    void refresh() {
      if (copied == version) return;
      refresh.run();
      copied = version;
    }

    void release() {
      if (--users > 0) return;
      copies.remove(this);
      objects.close();
    }
  }
}
