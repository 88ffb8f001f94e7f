package org.sparkdl4j.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_set_data_handle;
import static org.bytedeco.dnnl.global.dnnl.dnnl_success;

import java.util.List;
import org.bytedeco.dnnl.dnnl_memory_desc_t;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.global.dnnl.scratchpad_mode;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.dnnl.primitive_desc_base;
import org.bytedeco.dnnl.stream;
import org.bytedeco.javacpp.Pointer;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;

/** oneDNN on this machine's CPU: the engine and stream that all primitives share. */
public final class OneDnn {
  /** The CPU. */
  // Retained: whatever scope is open when this class is loaded must not free them.
  public static final engine ENGINE = new engine(engine.kind.cpu, 0).retainReference();

  private static final stream OWNED_STREAM = new stream(ENGINE).retainReference();

  /** Runs primitives at once, on the calling thread and its OpenMP threads. */
  public static final dnnl_stream STREAM = OWNED_STREAM.get();

  public static final memory.data_type FLOAT = memory.data_type.f32;
  public static final memory.format_tag ANY = memory.format_tag.any;

  private OneDnn() {}

  /** A shape of float32. */
  public static memory.desc desc(long[] dimensions, memory.format_tag format) {
    return new memory.desc(dimensions, FLOAT, format);
  }

  /** A shape of any type. */
  public static memory.desc desc(
      long[] dimensions, memory.format_tag format, memory.data_type type) {
    return new memory.desc(dimensions, type, format);
  }

  /** Values at distances of their own, counted in values. */
  public static memory.desc strided(long[] dimensions, long... strides) {
    return new memory.desc(dimensions, FLOAT, strides);
  }

  /** The same format with values of another type. */
  public static memory.desc as(memory.desc desc, memory.data_type type) {
    memory.desc other = new memory.desc(desc.data());
    other.data().data_type(type.value);
    return other;
  }

  /** Descriptions next to each other, as oneDNN takes several of them. */
  public static memory.desc array(List<memory.desc> descs) {
    dnnl_memory_desc_t array = new dnnl_memory_desc_t(descs.size());
    for (int i = 0; i < descs.size(); i++) array.getPointer(i).put(descs.get(i).data());
    return new memory.desc((Pointer) array);
  }

  /** What a primitive has that other operations are part of. */
  public static primitive_attr attributes(post_ops operations) {
    primitive_attr attributes = new primitive_attr();
    // oneDNN's own scratchpad belongs to the thread that compiles; plans run on any thread.
    attributes.set_scratchpad_mode(scratchpad_mode.user);
    if (operations.len() > 0) attributes.set_post_ops(operations);
    return attributes;
  }

  /** Points a memory object at an address; costs nothing for formats without padding. */
  public static void point(memory object, long address) {
    check("set_data_handle", dnnl_memory_set_data_handle(object.get(), new NativeAddress(address)));
  }

  /** Where the memory of an object starts. */
  public static long address(memory object) {
    return object.get_data_handle().address();
  }

  /** The name of the implementation that oneDNN chose, such as "jit:avx512_core". */
  public static String implementation(primitive_desc_base description) {
    return description.impl_info_str().getString();
  }

  /** Whether a description is of one of oneDNN's reference loops, 100 times slower than others. */
  public static boolean isReference(primitive_desc_base description) {
    return implementation(description).startsWith("ref");
  }

  /** Throws INTERNAL, naming what was tried, unless a call of oneDNN's C interface succeeded. */
  public static void check(String what, int status) {
    if (status != dnnl_success) {
      throw new SparkDl4jException(ErrorCode.INTERNAL, "oneDNN failed in " + what + ": " + status);
    }
  }
}
