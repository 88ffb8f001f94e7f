package org.sparkdl4j.plan;

import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu_isa_avx512_core_bf16;
import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu_isa_sse41;
import static org.bytedeco.dnnl.global.dnnl.dnnl_get_effective_cpu_isa;

import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.Loader;
import org.sparkdl4j.error.ErrorCode;
import org.sparkdl4j.error.SparkDl4jException;

/** What this machine's processor can do, as far as oneDNN uses it. */
final class Processor {
  private Processor() {}

  /**
   * Makes sure that the plan runs here.
   *
   * @throws SparkDl4jException NATIVES_MISSING, PROCESSOR_UNSUPPORTED
   */
  static void require() {
    require(instructions());
  }

  /**
   * The set of instructions that oneDNN uses, as it numbers them.
   *
   * @throws SparkDl4jException NATIVES_MISSING
   */
  static int instructions() {
    try {
      Loader.load(dnnl.class);
      return dnnl_get_effective_cpu_isa();
    } catch (UnsatisfiedLinkError | NoClassDefFoundError e) {
      throw new SparkDl4jException(
          ErrorCode.NATIVES_MISSING,
          "the jar has no native code for this machine, "
              + Loader.getPlatform()
              + ": build it with the Gradle property natives="
              + Loader.getPlatform(),
          e);
    }
  }

  /** The same, for a set of instructions as oneDNN numbers them. */
  static void require(int instructions) {
    if ((instructions & dnnl_cpu_isa_sse41) == 0) {
      throw new SparkDl4jException(
          ErrorCode.PROCESSOR_UNSUPPORTED,
          "this processor lacks SSE4.1, which the compute plan needs at least: run on a processor"
              + " with it (any x86-64 one since 2008)");
    }
  }

  /** Whether it computes with bfloat16. */
  static boolean hasBfloat16() {
    int instructions = dnnl_get_effective_cpu_isa();
    return (instructions & dnnl_cpu_isa_avx512_core_bf16) == dnnl_cpu_isa_avx512_core_bf16;
  }
}
