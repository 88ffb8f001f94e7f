package org.sparkdl4j.plan;

import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_execute;

import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive;

/** One primitive with its arguments, ready to run: running allocates nothing. */
final class Step {
  private final String name;
  private final String implementation;
  private final dnnl_primitive handle;
  private final dnnl_exec_arg_t arguments;
  private final int count;

  /**
   * A step.
   *
   * @param owner keeps what is native in it
   * @param arguments alternating: an argument's number, its {@link memory}
   */
  Step(
      NativeObjects owner,
      String name,
      String implementation,
      primitive primitive,
      Object... arguments) {
    this.name = name;
    this.implementation = implementation;
    count = arguments.length / 2;
    handle = owner.keep(primitive).get();
    this.arguments = owner.keep(new dnnl_exec_arg_t(count));
    for (int i = 0; i < count; i++) {
      this.arguments.position(i);
      this.arguments.arg((Integer) arguments[2 * i]);
      this.arguments.memory(((memory) arguments[2 * i + 1]).get());
    }
    this.arguments.position(0);
  }

  void run() {
    OneDnn.check(name, dnnl_primitive_execute(handle, OneDnn.STREAM, count, arguments));
  }

  String name() {
    return name;
  }

  /** oneDNN's name of the implementation. */
  String implementation() {
    return implementation;
  }
}
