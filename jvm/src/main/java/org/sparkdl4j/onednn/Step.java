package org.sparkdl4j.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SCRATCHPAD;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_execute;

import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.primitive;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.dnnl.primitive_desc_base;
import org.bytedeco.dnnl.reorder;

/** One primitive with its arguments, or something in Java, ready to run without allocating. */
public final class Step {
  private final String name;
  private final String implementation;
  private final String kind;
  private final dnnl_primitive handle;
  private final dnnl_exec_arg_t arguments;
  private final int count;
  private final Runnable action;

  /**
   * A step of oneDNN's.
   *
   * @param owner keeps what is native in it
   * @param description of the primitive
   * @param arguments alternating: an argument's number, its {@link memory}
   */
  public Step(
      NativeObjects owner,
      String name,
      primitive_desc_base description,
      primitive primitive,
      Object... arguments) {
    this.name = name;
    implementation = OneDnn.implementation(description);
    kind = description.get_kind().intern().name();
    count = arguments.length / 2;
    handle = owner.keep(primitive).get();
    this.arguments = owner.keep(new dnnl_exec_arg_t(count));
    for (int i = 0; i < count; i++) {
      this.arguments.position(i);
      this.arguments.arg((Integer) arguments[2 * i]);
      this.arguments.memory(((memory) arguments[2 * i + 1]).get());
    }
    this.arguments.position(0);
    action = null;
  }

  /** A step in Java; {@code kind} as oneDNN would name it. */
  public Step(String name, String kind, Runnable action) {
    this.name = name;
    this.kind = kind;
    this.action = action;
    implementation = "java";
    handle = null;
    arguments = null;
    count = 0;
  }

  /**
   * A step that brings values into another format or type, with a scratchpad of its own.
   *
   * @param owner keeps what is native in it
   */
  public static Step reorder(
      NativeObjects owner,
      String name,
      memory.desc from,
      memory source,
      memory.desc to,
      memory target) {
    primitive_attr attributes = OneDnn.attributes(new post_ops());
    reorder.primitive_desc description =
        new reorder.primitive_desc(OneDnn.ENGINE, from, OneDnn.ENGINE, to, attributes, false);
    return new Step(
        owner,
        name,
        description,
        new reorder(description),
        DNNL_ARG_SRC,
        source,
        DNNL_ARG_DST,
        target,
        DNNL_ARG_SCRATCHPAD,
        owner.keep(new memory(description.scratchpad_desc(), OneDnn.ENGINE)));
  }

  /** Runs it to its end. */
  public void run() {
    if (action != null) {
      action.run();
      return;
    }
    OneDnn.check(name, dnnl_primitive_execute(handle, OneDnn.STREAM, count, arguments));
  }

  /** The name that it was given. */
  public String name() {
    return name;
  }

  /** What is computed, as oneDNN names it, such as {@code convolution}. */
  public String kind() {
    return kind;
  }

  /** oneDNN's name of the implementation, or {@code java}. */
  public String implementation() {
    return implementation;
  }
}
