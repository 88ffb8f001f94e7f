package org.sparkdl4j.plan;

import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_set_data_handle;
import static org.bytedeco.dnnl.global.dnnl.dnnl_success;

import java.util.List;
import org.bytedeco.dnnl.dnnl_memory_desc_t;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive_desc_base;
import org.bytedeco.dnnl.stream;
import org.bytedeco.javacpp.Pointer;
import org.sparkdl4j.dataset.NativeAddress;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;

/** oneDNN on this machine's CPU: the engine and stream that all plans share. */
final class OneDnn {
  // Retained: whatever scope is open when this class is loaded must not free them.
  static final engine ENGINE = new engine(engine.kind.cpu, 0).retainReference();
  private static final stream OWNED_STREAM = new stream(ENGINE).retainReference();

  static final dnnl_stream STREAM = OWNED_STREAM.get();

  static final memory.data_type FLOAT = memory.data_type.f32;
  static final memory.format_tag ANY = memory.format_tag.any;

  private OneDnn() {}

  static memory.desc desc(long[] dimensions, memory.format_tag format) {
    return new memory.desc(dimensions, FLOAT, format);
  }

  static memory.desc desc(long[] dimensions, memory.format_tag format, memory.data_type type) {
    return new memory.desc(dimensions, type, format);
  }

  /** A tensor's shape in a format without blocks of channels: channels last where there are any. */
  static memory.desc plain(Tensor tensor) {
    return desc(
        tensor.dimensions,
        tensor.isImage() ? memory.format_tag.nhwc : memory.format_tag.nc,
        tensor.desc.data_type());
  }

  /** Values at distances of their own, counted in values. */
  static memory.desc strided(long[] dimensions, long... strides) {
    return new memory.desc(dimensions, FLOAT, strides);
  }

  /** The same format with values of another type. */
  static memory.desc as(memory.desc desc, memory.data_type type) {
    memory.desc other = new memory.desc(desc.data());
    other.data().data_type(type.value);
    return other;
  }

  /** Descriptions next to each other, as oneDNN takes several of them. */
  static memory.desc array(List<memory.desc> descs) {
    dnnl_memory_desc_t array = new dnnl_memory_desc_t(descs.size());
    for (int i = 0; i < descs.size(); i++) array.getPointer(i).put(descs.get(i).data());
    return new memory.desc((Pointer) array);
  }

  /** Points a memory object at an address; costs nothing for formats without padding. */
  static void point(memory object, long address) {
    check("set_data_handle", dnnl_memory_set_data_handle(object.get(), new NativeAddress(address)));
  }

  static long address(memory object) {
    return object.get_data_handle().address();
  }

  /** The name of the implementation that oneDNN chose, such as "jit:avx512_core". */
  static String implementation(primitive_desc_base description) {
    return description.impl_info_str().getString();
  }

  /** Whether a description is of one of oneDNN's reference loops, 100 times slower than others. */
  static boolean isReference(primitive_desc_base description) {
    return implementation(description).startsWith("ref");
  }

  static void check(String what, int status) {
    if (status != dnnl_success) {
      throw new SparkDl4jException(ErrorCode.INTERNAL, "oneDNN failed in " + what + ": " + status);
    }
  }
}
